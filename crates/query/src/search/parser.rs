//! The grammar of `$search`.

use std::{
    fmt::{self, Display, Formatter},
    iter::Peekable,
    str::Chars,
};

use super::Search;
use crate::{MAXIMUM_COMPARISONS, MAXIMUM_DEPTH, QueryError, syntax::Position};

/// Reads a search.
pub fn parse(text: &str) -> Result<Search, QueryError> {
    let mut parser = Parser {
        text,
        rest: text.chars().peekable(),
        position: 0,
        clauses: 0,
    };
    let search = parser.any_of(0)?;
    parser.skip_space();
    match parser.rest.peek().copied() {
        None => Ok(search),
        Some(character) => Err(parser.unexpected(character)),
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: Peekable<Chars<'a>>,
    position: usize,
    clauses: usize,
}

impl Parser<'_> {
    fn wrong(&self, what: &str, position: usize) -> QueryError {
        QueryError::unreadable(format!(
            "Invalid search clause: {what} at position {position} in '{}'.",
            self.text
        ))
    }

    fn unexpected(&self, character: char) -> QueryError {
        QueryError::unreadable(format!(
            "Syntax error: character '{character}' is not valid at position {} in '{}'.",
            self.position, self.text
        ))
    }

    fn next(&mut self) -> Option<char> {
        self.position += 1;
        self.rest.next()
    }

    fn skip_space(&mut self) {
        while self
            .rest
            .peek()
            .is_some_and(|character| character.is_whitespace())
        {
            self.next();
        }
    }

    /// Goes on if the next piece is this word, in upper case and with its end.
    fn takes_word(&mut self, word: &str) -> bool {
        self.skip_space();
        let mut ahead = self.rest.clone();
        let is_it = word
            .chars()
            .all(|character| ahead.next() == Some(character))
            && !ahead.peek().is_some_and(|next| next.is_alphanumeric());
        if is_it {
            self.rest = ahead;
            self.position += word.len();
        }
        is_it
    }

    fn any_of(&mut self, depth: usize) -> Result<Search, QueryError> {
        let mut all = vec![self.all_of(depth)?];
        while self.takes_word("OR") {
            all.push(self.all_of(depth)?);
        }
        Ok(single_or(all, Search::Or))
    }

    fn all_of(&mut self, depth: usize) -> Result<Search, QueryError> {
        let mut all = vec![self.one(depth)?];
        while self.takes_word("AND") {
            all.push(self.one(depth)?);
        }
        Ok(single_or(all, Search::And))
    }

    fn one(&mut self, depth: usize) -> Result<Search, QueryError> {
        if depth > MAXIMUM_DEPTH {
            let what = format!("Parentheses are nested more than {MAXIMUM_DEPTH} deep");
            return Err(self.wrong(&what, self.position));
        }
        self.skip_space();
        match self.rest.peek().copied() {
            Some('(') => {
                self.next();
                let inside = self.any_of(depth + 1)?;
                self.skip_space();
                if self.rest.peek() != Some(&')') {
                    return Err(self.wrong("')' expected", self.position));
                }
                self.next();
                Ok(inside)
            }
            Some('"') => self.clause(),
            Some(character) => Err(self.unexpected(character)),
            None => Err(self.wrong("A clause in double quotes expected", self.position)),
        }
    }

    /// `"property:text"`; a double quote and a backslash are written after a backslash.
    fn clause(&mut self) -> Result<Search, QueryError> {
        let start = self.position;
        self.clauses += 1;
        if self.clauses > MAXIMUM_COMPARISONS {
            let what = format!("There are more than {MAXIMUM_COMPARISONS} clauses");
            return Err(self.wrong(&what, start));
        }
        self.next();
        let mut clause = String::new();
        loop {
            let character = match self.next() {
                Some('"') => break,
                Some('\\') => self.next().filter(|next| ['"', '\\'].contains(next)),
                other => other,
            };
            let unfinished = "There is an unterminated clause, or an unknown escape in a clause,";
            clause.push(character.ok_or_else(|| self.wrong(unfinished, start))?);
        }
        let (property, text) = clause
            .split_once(':')
            .ok_or_else(|| self.wrong("'property:text' expected in the clause", start))?;
        if text.trim().is_empty() {
            return Err(self.wrong("There is nothing to search for in the clause", start));
        }
        Ok(Search::Clause {
            position: Position(start),
            property: property.trim().to_owned(),
            text: text.to_owned(),
        })
    }
}

fn single_or(mut all: Vec<Search>, join: fn(Vec<Search>) -> Search) -> Search {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => {
            all.extend(last);
            join(all)
        }
    }
}

impl Display for Search {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(all) => joined(formatter, all, " AND "),
            Self::Or(all) => joined(formatter, all, " OR "),
            Self::Clause { property, text, .. } => {
                let escaped = |text: &str| text.replace('\\', r"\\").replace('"', r#"\""#);
                write!(formatter, "\"{}:{}\"", escaped(property), escaped(text))
            }
        }
    }
}

fn joined(formatter: &mut Formatter<'_>, all: &[Search], word: &str) -> fmt::Result {
    for (place, one) in all.iter().enumerate() {
        if place > 0 {
            formatter.write_str(word)?;
        }
        if matches!(one, Search::Clause { .. }) {
            one.fmt(formatter)?;
        } else {
            write!(formatter, "({one})")?;
        }
    }
    Ok(())
}
