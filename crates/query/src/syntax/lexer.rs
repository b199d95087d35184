//! Words, texts and signs of a `$filter`.

use std::{iter::Peekable, str::Chars};

/// A piece of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A name, an operator, or a value without quotes.
    Word(String),
    /// What stood between quotes.
    Text(String),
    /// `(`, `)`, `,` or `:`.
    Sign(char),
}

/// A piece, the character at which it begins, counted from 0, and whether nothing lies between it and the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    pub token: Token,
    pub position: usize,
    pub is_adjacent: bool,
}

/// Why a filter cannot be taken apart: a text without its closing quote, which begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnclosedText(pub usize);

/// Takes a filter apart.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, UnclosedText> {
    let mut characters = Characters {
        rest: text.chars().peekable(),
        position: 0,
    };
    let mut tokens = Vec::new();
    let mut end = None;
    while let Some(character) = characters.peek() {
        let position = characters.position;
        if character.is_whitespace() {
            characters.next();
            continue;
        }
        let token = match character {
            '(' | ')' | ',' | ':' => {
                characters.next();
                Token::Sign(character)
            }
            '\'' => Token::Text(characters.text().ok_or(UnclosedText(position))?),
            _ => Token::Word(characters.word()),
        };
        tokens.push(Placed {
            token,
            position,
            is_adjacent: end == Some(position),
        });
        end = Some(characters.position);
    }
    Ok(tokens)
}

struct Characters<'a> {
    rest: Peekable<Chars<'a>>,
    position: usize,
}

impl Characters<'_> {
    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn next(&mut self) -> Option<char> {
        self.position += 1;
        self.rest.next()
    }

    /// A text in quotes; a quote inside is doubled.
    fn text(&mut self) -> Option<String> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next()? {
                '\'' if self.peek() == Some('\'') => {
                    self.next();
                    text.push('\'');
                }
                '\'' => return Some(text),
                other => text.push(other),
            }
        }
    }

    /// A word; points in time have colons.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(character) = self.peek() {
            let is_value = word.starts_with(|first: char| first.is_ascii_digit());
            let ends = matches!(character, '(' | ')' | ',' | '\'')
                || character.is_whitespace()
                || (character == ':' && !is_value);
            if ends {
                break;
            }
            word.push(character);
            self.next();
        }
        word
    }
}
