//! The grammar of `$filter`.

use super::{
    Clause, Expression, Function, Literal, Operator, Position, Question,
    lexer::{Placed, Token, UnclosedText, tokens},
};
use crate::{MAXIMUM_COMPARISONS, MAXIMUM_DEPTH, QueryError};

/// Reads a filter.
pub fn parse(text: &str) -> Result<Expression, QueryError> {
    let tokens = tokens(text).map_err(|UnclosedText(position)| {
        wrong("There is an unterminated string literal", position, text)
    })?;
    let mut parser = Parser {
        text,
        tokens,
        next: 0,
        comparisons: 0,
        variables: Vec::new(),
    };
    let expression = parser.any_of(0)?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.syntax_error()),
    }
}

fn wrong(what: &str, position: usize, text: &str) -> QueryError {
    QueryError::unreadable(format!(
        "Invalid filter clause: {what} at position {position} in '{text}'."
    ))
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Placed>,
    next: usize,
    comparisons: usize,
    /// The variables of the `any`s around.
    variables: Vec<String>,
}

impl Parser<'_> {
    fn placed(&self) -> Option<&Placed> {
        self.tokens.get(self.next)
    }

    fn peek(&self) -> Option<&Token> {
        self.placed().map(|placed| &placed.token)
    }

    fn position(&self) -> usize {
        self.placed()
            .map_or_else(|| self.text.chars().count(), |placed| placed.position)
    }

    fn wrong(&self, what: &str) -> QueryError {
        wrong(what, self.position(), self.text)
    }

    fn syntax_error(&self) -> QueryError {
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

    fn sign(&mut self, sign: char) -> Result<(), QueryError> {
        if self.takes_sign(sign) {
            Ok(())
        } else {
            Err(self.wrong(&format!("Syntax error: '{sign}' expected")))
        }
    }

    fn word(&mut self) -> Result<String, QueryError> {
        match self.peek() {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => Err(self.syntax_error()),
        }
    }

    /// Counts a comparison.
    fn count(&mut self) -> Result<(), QueryError> {
        self.comparisons += 1;
        if self.comparisons > MAXIMUM_COMPARISONS {
            let what = format!("There are more than {MAXIMUM_COMPARISONS} comparisons");
            return Err(self.wrong(&what));
        }
        Ok(())
    }

    fn literal(&mut self) -> Result<Literal, QueryError> {
        let literal = match self.peek() {
            Some(Token::Text(text)) => Literal::Text(text.clone()),
            Some(Token::Word(word)) => {
                let after = self.tokens.get(self.next + 1);
                let is_prefix = after.is_some_and(|after| {
                    after.is_adjacent && matches!(after.token, Token::Text(_))
                });
                if is_prefix {
                    let what = format!("Values such as {word}'…' are not supported, as");
                    return Err(self.wrong(&what));
                }
                Literal::of_word(word)
                    .ok_or_else(|| self.wrong("Syntax error: a value expected"))?
            }
            _ => return Err(self.wrong("Syntax error: a value expected")),
        };
        self.next += 1;
        self.count()?;
        Ok(literal)
    }

    fn text(&mut self) -> Result<String, QueryError> {
        if let Literal::Text(text) = self.literal()? {
            return Ok(text);
        }
        self.next -= 1;
        Err(self.wrong("Syntax error: a text in quotes expected"))
    }

    fn any_of(&mut self, depth: usize) -> Result<Expression, QueryError> {
        let mut all = vec![self.all_of(depth)?];
        while self.takes_word("or") {
            all.push(self.all_of(depth)?);
        }
        Ok(single_or(all, Expression::Or))
    }

    fn all_of(&mut self, depth: usize) -> Result<Expression, QueryError> {
        let mut all = vec![self.one(depth)?];
        while self.takes_word("and") {
            all.push(self.one(depth)?);
        }
        Ok(single_or(all, Expression::And))
    }

    fn one(&mut self, depth: usize) -> Result<Expression, QueryError> {
        if depth > MAXIMUM_DEPTH {
            let what = format!("Parentheses are nested more than {MAXIMUM_DEPTH} deep");
            return Err(self.wrong(&what));
        }
        if self.takes_word("not") {
            return Ok(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes_sign('(') {
            let inside = self.any_of(depth + 1)?;
            self.sign(')')?;
            return Ok(inside);
        }
        self.clause(depth).map(Expression::Clause)
    }

    fn clause(&mut self, depth: usize) -> Result<Clause, QueryError> {
        let (start, position) = (self.next, self.position());
        let word = self.word()?;
        let (path, question) = if self.takes_sign('(') {
            self.call(&word, start, depth)?
        } else {
            self.check_variable(&word)?;
            (word, self.comparison()?)
        };
        Ok(Clause {
            position: Position(position),
            path,
            question,
        })
    }

    /// What follows on a path.
    fn comparison(&mut self) -> Result<Question, QueryError> {
        if self.takes_word("in") {
            return self.list().map(Question::In);
        }
        let operator = match self.peek() {
            Some(Token::Word(word)) => Operator::find(word),
            _ => None,
        };
        let operator = operator.ok_or_else(|| self.syntax_error())?;
        self.next += 1;
        self.literal()
            .map(|value| Question::Compare(operator, value))
    }

    /// What follows on `name(`.
    fn call(
        &mut self,
        name: &str,
        start: usize,
        depth: usize,
    ) -> Result<(String, Question), QueryError> {
        if let Some(function) = Function::find(name) {
            let path = self.word()?;
            self.check_variable(&path)?;
            self.sign(',')?;
            let text = self.text()?;
            self.sign(')')?;
            return Ok((path, Question::Call(function, text)));
        }
        match name.rsplit_once('/') {
            Some((path, quantifier)) if quantifier.eq_ignore_ascii_case("any") => {
                self.check_variable(path)?;
                Ok((path.to_owned(), self.lambda(depth)?))
            }
            Some((path, quantifier)) if quantifier.eq_ignore_ascii_case("all") => {
                Err(QueryError::unsupported(format!(
                    "The operator 'all' is not supported on property '{path}'. Use 'any'."
                )))
            }
            _ => {
                self.next = start;
                Err(self.wrong(&format!("An unknown function with name '{name}' was found")))
            }
        }
    }

    /// What follows on `any(`: `x:x/skuId eq 7)`, or nothing and `)`.
    fn lambda(&mut self, depth: usize) -> Result<Question, QueryError> {
        if self.takes_sign(')') {
            self.count()?;
            return Ok(Question::Exists);
        }
        let variable = self.word()?;
        self.sign(':')?;
        self.variables.push(variable.clone());
        let condition = self.any_of(depth + 1)?;
        self.variables.pop();
        self.sign(')')?;
        Ok(Question::Any(variable, Box::new(condition)))
    }

    /// Inside `any` every path begins with its variable.
    fn check_variable(&self, path: &str) -> Result<(), QueryError> {
        let first = path.split('/').next().unwrap_or_default();
        match self.variables.last() {
            Some(variable) if variable != first => Err(QueryError::unreadable(format!(
                "Invalid filter clause: '{first}' is not the variable '{variable}' of 'any' in '{}'.",
                self.text
            ))),
            _ => Ok(()),
        }
    }

    fn list(&mut self) -> Result<Vec<Literal>, QueryError> {
        self.sign('(')?;
        let mut values = vec![self.literal()?];
        while self.takes_sign(',') {
            values.push(self.literal()?);
        }
        self.sign(')')?;
        Ok(values)
    }
}

fn single_or(mut all: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match all.pop() {
        Some(only) if all.is_empty() => only,
        last => {
            all.extend(last);
            join(all)
        }
    }
}
