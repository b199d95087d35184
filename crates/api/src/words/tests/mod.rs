//! Sentences in both languages: the same messages with the same arguments, none missing, and whole explanations as people
//! read them.

mod messages;
mod stories;
mod story;
mod variants;
