//! The grammar of `$filter`.

use super::{
    Condition, MAXIMUM_CLAUSES, MAXIMUM_DEPTH,
    clause::{Alternative, Clause, Literal, Order, Question, unsupported_operator},
    lexer::{Placed, Token, UnclosedText, tokens},
    unsupported,
};
use crate::graph::error::GraphError;

/// A filter that was read.
pub(super) struct Parsed {
    /// What it says.
    pub condition: Condition<Clause>,
    /// An operator in it that is for advanced queries only (licensing.md 7.2).
    pub advanced: Option<&'static str>,
}

/// Reads a filter.
pub(super) fn parse(text: &str) -> Result<Parsed, GraphError> {
    let tokens = tokens(text).map_err(|UnclosedText(position)| {
        wrong("There is an unterminated string literal", position, text)
    })?;
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        clauses: 0,
        advanced: None,
    };
    let condition = parser.any_of(0)?;
    match parser.peek() {
        None => Ok(Parsed {
            condition,
            advanced: parser.advanced,
        }),
        Some(_) => Err(parser.syntax_error()),
    }
}

fn wrong(what: &str, position: usize, text: &str) -> GraphError {
    GraphError::unreadable(format!(
        "Invalid filter clause: {what} at position {position} in '{text}'."
    ))
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Placed>,
    next: usize,
    clauses: usize,
    advanced: Option<&'static str>,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn position(&self) -> usize {
        self.tokens
            .get(self.next)
            .map_or_else(|| self.text.chars().count(), |placed| placed.position)
    }

    fn wrong(&self, what: &str) -> GraphError {
        wrong(what, self.position(), self.text)
    }

    fn syntax_error(&self) -> GraphError {
        self.wrong("Syntax error")
    }

    /// Goes on if the next piece is this word, in any case.
    fn takes_word(&mut self, word: &str) -> bool {
        let is_it =
            matches!(self.peek(), Some(Token::Word(next)) if next.eq_ignore_ascii_case(word));
        self.next += usize::from(is_it);
        is_it
    }

    fn takes_sign(&mut self, sign: char) -> bool {
        let is_it = self.peek() == Some(&Token::Sign(sign));
        self.next += usize::from(is_it);
        is_it
    }

    fn sign(&mut self, sign: char) -> Result<(), GraphError> {
        if self.takes_sign(sign) {
            Ok(())
        } else {
            Err(self.wrong(&format!("Syntax error: '{sign}' expected")))
        }
    }

    fn word(&mut self) -> Result<String, GraphError> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.syntax_error()),
        }
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) if is_value(word) => Literal::Word(word.clone()),
            _ => return Err(self.wrong("Syntax error: a value expected")),
        };
        self.next += 1;
        self.clauses += 1;
        if self.clauses > MAXIMUM_CLAUSES {
            let what = format!("There are more than {MAXIMUM_CLAUSES} comparisons");
            return Err(self.wrong(&what));
        }
        Ok(literal)
    }

    fn text(&mut self) -> Result<String, GraphError> {
        match self.literal()? {
            Literal::Text(text) => Ok(text),
            Literal::Word(_) => {
                self.next -= 1;
                Err(self.wrong("Syntax error: a text in quotes expected"))
            }
        }
    }

    fn any_of(&mut self, depth: usize) -> Result<Condition<Clause>, GraphError> {
        if depth > MAXIMUM_DEPTH {
            let what = format!("Parentheses are nested more than {MAXIMUM_DEPTH} deep");
            return Err(self.wrong(&what));
        }
        let mut conditions = vec![self.all_of(depth)?];
        while self.takes_word("or") {
            conditions.push(self.all_of(depth)?);
        }
        Ok(single_or(conditions, Condition::Or))
    }

    fn all_of(&mut self, depth: usize) -> Result<Condition<Clause>, GraphError> {
        let mut conditions = vec![self.one(depth)?];
        while self.takes_word("and") {
            conditions.push(self.one(depth)?);
        }
        Ok(single_or(conditions, Condition::And))
    }

    fn one(&mut self, depth: usize) -> Result<Condition<Clause>, GraphError> {
        let mut is_negated = false;
        while self.takes_word("not") {
            is_negated = !is_negated;
            self.advanced = Some("not");
        }
        let condition = if self.takes_sign('(') {
            let condition = self.any_of(depth + 1)?;
            self.sign(')')?;
            condition
        } else {
            self.clause(depth)?
        };
        Ok(if is_negated {
            Condition::Not(Box::new(condition))
        } else {
            condition
        })
    }

    fn clause(&mut self, depth: usize) -> Result<Condition<Clause>, GraphError> {
        let start = self.next;
        let word = self.word()?;
        if self.takes_sign('(') {
            return self.call(&word, start, depth).map(Condition::Test);
        }
        let operator = self.next;
        let question = match self.word()?.to_ascii_lowercase().as_str() {
            "eq" => Question::Is(vec![self.literal()?]),
            "ne" => {
                self.advanced = Some("ne");
                Question::IsNot(self.literal()?)
            }
            "in" => Question::Is(self.list()?),
            known @ ("gt" | "ge" | "lt" | "le") => {
                let order = match known {
                    "gt" => Order::After,
                    "ge" => Order::From,
                    "lt" => Order::Before,
                    _ => Order::Until,
                };
                Question::Compare(order, self.literal()?)
            }
            "has" => return Err(unsupported_operator("has", &word)),
            _ => {
                self.next = operator;
                return Err(self.syntax_error());
            }
        };
        if word.to_ascii_lowercase().ends_with("/$count") {
            self.advanced = Some("$count");
        }
        Ok(Condition::Test(Clause {
            path: word,
            question,
        }))
    }

    /// What follows on `name(`.
    fn call(&mut self, name: &str, start: usize, depth: usize) -> Result<Clause, GraphError> {
        let lower = name.to_ascii_lowercase();
        match (lower.as_str(), name.rsplit_once('/')) {
            ("startswith" | "endswith", _) => {
                let path = self.word()?;
                self.sign(',')?;
                let text = self.text()?;
                self.sign(')')?;
                let question = if lower == "startswith" {
                    Question::StartsWith(text)
                } else {
                    self.advanced = Some("endsWith");
                    Question::EndsWith(text)
                };
                Ok(Clause { path, question })
            }
            (_, Some((collection, quantifier))) if quantifier.eq_ignore_ascii_case("any") => {
                let question = Question::Any(self.lambda(depth)?);
                Ok(Clause {
                    path: collection.to_owned(),
                    question,
                })
            }
            (_, Some((collection, quantifier))) if quantifier.eq_ignore_ascii_case("all") => {
                Err(unsupported(format!(
                    "The operator 'all' is not supported on property '{collection}'. Use 'any'."
                )))
            }
            ("contains", _) => Err(unsupported(
                "The function 'contains' is not supported. Use 'startswith'.".to_owned(),
            )),
            _ => {
                self.next = start;
                Err(self.wrong(&format!("An unknown function with name '{name}' was found")))
            }
        }
    }

    /// What follows on `any(`: `x:x/skuId eq 7)`.
    fn lambda(&mut self, depth: usize) -> Result<Vec<Alternative>, GraphError> {
        let variable = self.word()?;
        self.sign(':')?;
        let start = self.position();
        let condition = self.any_of(depth + 1)?;
        self.sign(')')?;
        let not_simple = || {
            let what = "Only 'eq' and 'startswith' joined with 'and' and 'or' are supported inside 'any'; the condition";
            wrong(what, start, self.text)
        };
        let alternatives = match condition {
            Condition::Or(alternatives) => alternatives,
            other => vec![other],
        };
        alternatives
            .into_iter()
            .map(|alternative| match alternative {
                Condition::And(clauses) => clauses,
                other => vec![other],
            })
            .map(|clauses| {
                let clause = |condition| match condition {
                    Condition::Test(clause) => self.of_variable(clause, &variable),
                    _ => Err(not_simple()),
                };
                clauses.into_iter().map(clause).collect()
            })
            .collect()
    }

    /// A clause of a lambda without its variable.
    fn of_variable(&self, clause: Clause, variable: &str) -> Result<Clause, GraphError> {
        let (first, rest) = clause.path.split_once('/').unwrap_or((&clause.path, ""));
        if first != variable {
            return Err(GraphError::unreadable(format!(
                "Invalid filter clause: '{first}' is not the variable '{variable}' of 'any' in '{}'.",
                self.text
            )));
        }
        Ok(Clause {
            path: rest.to_owned(),
            question: clause.question,
        })
    }

    fn list(&mut self) -> Result<Vec<Literal>, GraphError> {
        self.sign('(')?;
        let mut values = vec![self.literal()?];
        while self.takes_sign(',') {
            values.push(self.literal()?);
        }
        self.sign(')')?;
        Ok(values)
    }
}

/// Whether a word is a value: `null`, `true`, `false`, a number, a point in time or a GUID.
fn is_value(word: &str) -> bool {
    ["null", "true", "false"]
        .iter()
        .any(|value| value.eq_ignore_ascii_case(word))
        || uuid::Uuid::try_parse(word).is_ok()
        || word.starts_with(|first: char| first.is_ascii_digit() || first == '-')
}

fn single_or(
    mut conditions: Vec<Condition<Clause>>,
    join: impl Fn(Vec<Condition<Clause>>) -> Condition<Clause>,
) -> Condition<Clause> {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        Some(last) => {
            conditions.push(last);
            join(conditions)
        }
        None => join(conditions),
    }
}
