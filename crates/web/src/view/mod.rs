//! What pages show of what there is: names, numbers and states, the same on every page.

mod actor;
mod change;
mod date;
mod group;
mod license;
mod product;
mod purchase;
mod seats;
mod standing;
mod stopped;

pub(crate) use actor::Actor;
pub(crate) use change::{Change, refusal_text, refused};
pub(crate) use date::{day, moment};
pub(crate) use group::group_kind;
pub(crate) use license::{Holding, holdings};
pub(crate) use product::{is_assignable, plan_name, plans_of, short_name};
pub(crate) use purchase::Purchase;
pub(crate) use seats::{Fill, Seats};
pub(crate) use standing::Standing;
pub(crate) use stopped::Stopped;

use zetel_domain::user::{UserProperty, UserView};

/// The name of a user, for people.
pub(crate) fn user_name<'a>(user: &UserView<'a>) -> &'a str {
    match user.display_name() {
        "" => user.principal_name(),
        name => name,
    }
}

/// A name that stands in a sentence, whichever way it is written: what `<bdi>` is where there is no markup.
pub(crate) fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

/// One or two letters that stand for a name.
pub(crate) fn initials(name: &str) -> String {
    let words = name.split_whitespace();
    let letters = words.filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let letters: Vec<char> = letters.collect();
    let ends = [letters.first(), letters.get(1..).and_then(<[char]>::last)];
    ends.into_iter()
        .flatten()
        .flat_map(|letter| letter.to_uppercase())
        .collect()
}

/// A text of a user; nothing if it is empty.
pub(crate) fn text_of(user: &UserView<'_>, property: UserProperty) -> String {
    user.record.text(property).to_owned()
}
