//! Makes a condition out of tokens: `-or` of `-and` of `-not` of comparisons, parentheses and lists.

use super::{
    MAX_COMPARISONS, MAX_DEPTH, MAX_PATTERNS,
    condition::{Collection, Comparison, Condition, Literal, Misfit, Test, test},
    error::{Expected, Located, RuleProblem},
    lexer::{Kind, Token, tokens, unescape},
    names::{Named, Scope, Subject, resolve, shortened},
    nearest::nearest,
    operator::{Comparing, Operator, Quantifier},
};
use crate::user::{
    UserProperty,
    property::{PropertyKind, SCHEMA},
};

/// A rule in the form that is evaluated.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) root: Condition,
    pub(super) reads: Reads,
}

/// What of a user a rule reads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reads {
    /// One bit per tag.
    properties: u128,
    pub(super) head: bool,
    pub(super) plans: bool,
}

const _: () = assert!(SCHEMA.len() <= 128, "`Reads` has a bit for every property");

impl Reads {
    pub(super) const fn has(self, property: UserProperty) -> bool {
        self.properties & Self::bit(property) != 0
    }

    const fn bit(property: UserProperty) -> u128 {
        1 << property.tag()
    }

    const fn add(&mut self, subject: Subject) {
        match subject {
            Subject::Property(property) => self.properties |= Self::bit(property),
            Subject::Extension(_) => {
                self.properties |= Self::bit(UserProperty::OnPremisesExtensionAttributes);
            }
            Subject::AccountEnabled | Subject::UserType | Subject::UsageLocation => {
                self.head = true;
            }
            // An object id never changes, and the list of an item was counted with its name.
            Subject::ObjectId
            | Subject::Item
            | Subject::PlanId
            | Subject::PlanService
            | Subject::PlanStatus => {}
        }
    }
}

/// Parses a whole rule.
pub(super) fn parse(text: &str) -> Result<Parsed, Located> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        next: 0,
        end: Token {
            offset: text.trim_end().len(),
            source: "",
            kind: Kind::End,
        },
        depth: 0,
        comparisons: 0,
        patterns: 0,
        scope: Scope::User,
        reads: Reads::default(),
    };
    let root = parser.alternatives()?;
    let after = parser.peek();
    match after.kind {
        Kind::End => Ok(Parsed {
            root,
            reads: parser.reads,
        }),
        Kind::CloseParenthesis => Err(RuleProblem::UnopenedParenthesis.at(after.offset)),
        _ => Err(not_connective(after)),
    }
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    /// The place of the next token.
    next: usize,
    /// What comes after the last token.
    end: Token<'t>,
    depth: usize,
    comparisons: usize,
    patterns: usize,
    scope: Scope,
    reads: Reads,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Token<'t> {
        self.tokens.get(self.next).copied().unwrap_or(self.end)
    }

    fn advance(&mut self) -> Token<'t> {
        let token = self.peek();
        self.next += 1;
        token
    }

    /// Goes past an operator if it is next.
    fn take(&mut self, operator: Operator) -> bool {
        let is_next = operator_of(self.peek()) == Some(operator);
        self.next += usize::from(is_next);
        is_next
    }

    fn alternatives(&mut self) -> Result<Condition, Located> {
        self.joined(Operator::Or, Condition::Or, |parser| {
            parser.joined(Operator::And, Condition::And, Self::negation)
        })
    }

    /// One operand, or several with an operator between them.
    fn joined(
        &mut self,
        operator: Operator,
        join: fn(Vec<Condition>) -> Condition,
        operand: fn(&mut Self) -> Result<Condition, Located>,
    ) -> Result<Condition, Located> {
        let first = operand(self)?;
        if !self.take(operator) {
            return Ok(first);
        }
        let mut operands = vec![first, operand(self)?];
        while self.take(operator) {
            operands.push(operand(self)?);
        }
        Ok(join(operands))
    }

    fn negation(&mut self) -> Result<Condition, Located> {
        if !self.take(Operator::Not) {
            return self.operand();
        }
        let negated = self.deeper(Self::negation)?;
        Ok(Condition::Not(Box::new(negated)))
    }

    /// Parses something that is inside something else, unless that is too deep for the stack.
    fn deeper(
        &mut self,
        inner: fn(&mut Self) -> Result<Condition, Located>,
    ) -> Result<Condition, Located> {
        if self.depth == MAX_DEPTH {
            return Err(RuleProblem::TooDeep.at(self.peek().offset));
        }
        self.depth += 1;
        let condition = inner(self)?;
        self.depth -= 1;
        Ok(condition)
    }

    fn operand(&mut self) -> Result<Condition, Located> {
        let token = self.peek();
        match token.kind {
            Kind::OpenParenthesis => self.parenthesis(),
            Kind::Word(word) if operator_of(token).is_none() => {
                self.advance();
                let named =
                    resolve(word, self.scope).map_err(|problem| problem.at(token.offset))?;
                self.after_name(token, named)
            }
            _ => Err(unexpected(Expected::Condition, token)),
        }
    }

    fn parenthesis(&mut self) -> Result<Condition, Located> {
        let opening = self.advance();
        let condition = self.deeper(Self::alternatives)?;
        let after = self.peek();
        match after.kind {
            Kind::CloseParenthesis => {
                self.advance();
                Ok(condition)
            }
            Kind::End => Err(RuleProblem::UnclosedParenthesis.at(opening.offset)),
            _ => Err(not_connective(after)),
        }
    }

    fn after_name(&mut self, name: Token<'t>, named: Named) -> Result<Condition, Located> {
        let token = self.peek();
        match operator_of(token) {
            Some(Operator::Quantifier(quantifier)) => {
                self.advance();
                self.quantified(name, named, token, quantifier)
            }
            Some(Operator::Compares(comparing)) => {
                self.advance();
                match named {
                    Named::Value(subject) => self.comparison(subject, token, comparing),
                    Named::Plans => Err(RuleProblem::QuantifierNeeded.at(name.offset)),
                }
            }
            Some(_) => Err(unexpected(Expected::Operator, token)),
            None => {
                Err(not_operator(token).unwrap_or_else(|| unexpected(Expected::Operator, token)))
            }
        }
    }

    fn quantified(
        &mut self,
        name: Token<'t>,
        named: Named,
        operator: Token<'t>,
        quantifier: Quantifier,
    ) -> Result<Condition, Located> {
        let (collection, scope) = match named {
            Named::Plans => (Collection::Plans, Scope::Plans),
            Named::Value(Subject::Property(property))
                if matches!(property.schema().kind, PropertyKind::Texts { .. }) =>
            {
                self.reads.add(Subject::Property(property));
                (Collection::Texts(property), Scope::Texts)
            }
            Named::Value(_) => {
                let name = shortened(name.source);
                return Err(RuleProblem::NotCollection { name }.at(operator.offset));
            }
        };
        if self.scope != Scope::User {
            return Err(RuleProblem::NestedQuantifier.at(operator.offset));
        }
        self.reads.plans |= scope == Scope::Plans;
        self.scope = scope;
        let is_enclosed = self.peek().kind == Kind::OpenParenthesis;
        let condition = self.deeper(Self::negation)?;
        self.scope = Scope::User;
        let after = operator_of(self.peek());
        if !is_enclosed && matches!(after, Some(Operator::And | Operator::Or)) {
            return Err(RuleProblem::UnclearQuantifier.at(operator.offset));
        }
        Ok(Condition::Each {
            quantifier,
            collection,
            condition: Box::new(condition),
        })
    }

    fn comparison(
        &mut self,
        subject: Subject,
        operator: Token<'t>,
        comparing: &Comparing,
    ) -> Result<Condition, Located> {
        if self.comparisons == MAX_COMPARISONS {
            return Err(RuleProblem::TooManyComparisons.at(operator.offset));
        }
        self.comparisons += 1;
        let value = self.peek();
        let literal = self.literal()?;
        let test = test(subject.kind(), comparing, literal).map_err(|misfit| match misfit {
            Misfit::Operator(problem) => problem.at(operator.offset),
            Misfit::Value(expected) => unexpected(expected, value),
            Misfit::Pattern(problem) => problem.at(value.offset),
        })?;
        self.patterns += usize::from(matches!(test, Test::Matches(_)));
        if self.patterns > MAX_PATTERNS {
            return Err(RuleProblem::TooManyPatterns.at(operator.offset));
        }
        self.reads.add(subject);
        Ok(Condition::Compare(Comparison {
            subject,
            test,
            negated: comparing.negated,
        }))
    }

    fn literal(&mut self) -> Result<Literal<'t>, Located> {
        let token = self.advance();
        let is = |word: &str, known: &str| word.trim_start_matches('$').eq_ignore_ascii_case(known);
        match token.kind {
            Kind::Text(escaped) => Ok(Literal::Text(unescape(escaped))),
            Kind::Number(number) => Ok(Literal::Number(number)),
            Kind::OpenList => self.list().map(Literal::List),
            Kind::Word(word) if is(word, "null") => Ok(Literal::Null),
            Kind::Word(word) if is(word, "true") => Ok(Literal::Flag(true)),
            Kind::Word(word) if is(word, "false") => Ok(Literal::Flag(false)),
            Kind::Word(word) if is(word, "system.now") => {
                Err(RuleProblem::PresentTime.at(token.offset))
            }
            _ => Err(unexpected(Expected::Value, token)),
        }
    }

    /// The texts of a list whose opening bracket is behind.
    fn list(&mut self) -> Result<Vec<String>, Located> {
        let mut texts = Vec::new();
        loop {
            let token = self.advance();
            match token.kind {
                Kind::Text(escaped) => texts.push(unescape(escaped)),
                Kind::CloseList if texts.is_empty() => {
                    return Err(RuleProblem::EmptyList.at(token.offset));
                }
                _ => return Err(unexpected(Expected::Text, token)),
            }
            let after = self.advance();
            match after.kind {
                Kind::Comma => {}
                Kind::CloseList => return Ok(texts),
                _ => return Err(unexpected(Expected::ListEnd, after)),
            }
        }
    }
}

fn operator_of(token: Token<'_>) -> Option<Operator> {
    match token.kind {
        Kind::Operator(name) | Kind::Word(name) => Operator::parse(name),
        _ => None,
    }
}

fn unexpected(expected: Expected, token: Token<'_>) -> Located {
    let found = match token.kind {
        Kind::End => "the end of the rule".to_owned(),
        _ => shortened(token.source),
    };
    RuleProblem::Unexpected { expected, found }.at(token.offset)
}

/// The error for something that is written as an operator but is none.
fn not_operator(token: Token<'_>) -> Option<Located> {
    let (Kind::Operator(name) | Kind::Word(name)) = token.kind else {
        return None;
    };
    let problem = RuleProblem::UnknownOperator {
        name: shortened(token.source),
        closest: nearest(name, Operator::names()),
    };
    Some(problem.at(token.offset))
}

/// The error for something after a whole condition that neither joins nor ends it.
fn not_connective(token: Token<'_>) -> Located {
    let is_unknown_operator =
        matches!(token.kind, Kind::Operator(_)) && operator_of(token).is_none();
    is_unknown_operator
        .then(|| not_operator(token))
        .flatten()
        .unwrap_or_else(|| unexpected(Expected::Connective, token))
}
