//! Cuts a rule into tokens.

use super::error::{Located, RuleProblem};

/// A piece of a rule.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    /// The byte at which it starts.
    pub(super) offset: usize,
    /// As written; empty at the end of the rule.
    pub(super) source: &'t str,
    pub(super) kind: Kind<'t>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    OpenParenthesis,
    CloseParenthesis,
    OpenList,
    CloseList,
    Comma,
    /// What is between two quotes, still escaped.
    Text(&'t str),
    /// Letters after a hyphen.
    Operator(&'t str),
    /// A name, a keyword, or an operator without its hyphen.
    Word(&'t str),
    /// A number or a date without quotes.
    Number(&'t str),
    /// Nothing more; comes after the last token.
    End,
}

/// All tokens of a rule.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Located> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let offset = text.len() - rest.len();
        let (kind, after) = token(first, rest).map_err(|problem| problem.at(offset))?;
        let source = rest.strip_suffix(after).unwrap_or(rest);
        tokens.push(Token {
            offset,
            source,
            kind,
        });
        rest = after.trim_start();
    }
    Ok(tokens)
}

/// The token at the start of `rest`, whose first character is `first`, and what comes after it.
fn token(first: char, rest: &str) -> Result<(Kind<'_>, &str), RuleProblem> {
    let single = match first {
        '(' => Some(Kind::OpenParenthesis),
        ')' => Some(Kind::CloseParenthesis),
        '[' => Some(Kind::OpenList),
        ']' => Some(Kind::CloseList),
        ',' => Some(Kind::Comma),
        _ => None,
    };
    let (_, after) = rest.split_at(first.len_utf8());
    if let Some(kind) = single {
        return Ok((kind, after));
    }
    match first {
        '"' | '\'' => {
            let length = text_length(first, after).ok_or(RuleProblem::UnclosedText)?;
            let (content, quote_and_after) = after.split_at(length);
            let (_, after) = quote_and_after.split_at(1);
            Ok((Kind::Text(content), after))
        }
        // Word processors and web pages turn a hyphen into a dash.
        '-' | '\u{2013}' | '\u{2014}' | '\u{2212}' => {
            let (name, after) = take_while(after, |character| character.is_ascii_alphabetic());
            if name.is_empty() {
                return Err(RuleProblem::UnexpectedCharacter(first));
            }
            Ok((Kind::Operator(name), after))
        }
        '0'..='9' => {
            let (number, after) = take_while(rest, |character| {
                character.is_ascii_alphanumeric() || "-:+.".contains(character)
            });
            Ok((Kind::Number(number), after))
        }
        '$' | '_' | 'a'..='z' | 'A'..='Z' => {
            let (word, after) = take_while(rest, |character| {
                character.is_ascii_alphanumeric() || "_.$".contains(character)
            });
            Ok((Kind::Word(word), after))
        }
        other => Err(RuleProblem::UnexpectedCharacter(other)),
    }
}

fn take_while(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(
        text.find(|character| !belongs(character))
            .unwrap_or(text.len()),
    )
}

/// How many bytes there are before the closing quote.
fn text_length(quote: char, text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if character == '`' {
            characters.next();
        } else if character == quote {
            let is_doubled =
                quote == '\'' && characters.next_if(|(_, next)| *next == '\'').is_some();
            if !is_doubled {
                return Some(offset);
            }
        }
    }
    None
}

/// Takes the escapes out of a text: a backtick before a quote or a backtick, and two single quotes for one.
pub(super) fn unescape(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut characters = escaped.chars().peekable();
    while let Some(character) = characters.next() {
        let literal = match character {
            '`' => characters.next_if(|next| "\"'`".contains(*next)),
            '\'' => characters.next_if_eq(&'\''),
            _ => None,
        };
        text.push(literal.unwrap_or(character));
    }
    text
}
