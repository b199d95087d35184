//! Questions on properties, in the entity itself or inside `any`.

use super::{Reader, test, unknown};
use crate::{
    Asked, Comparison, Condition, Entity, Level, Property, QueryError, Test,
    syntax::{Clause, Expression, Literal, Operator, Question},
};

/// The entity itself, or the values of one of its collections inside `any`.
pub(super) struct Scope<'a> {
    pub reader: &'a Reader<'a>,
    pub entity: &'static Entity,
    /// The variable of `any`.
    pub variable: Option<&'a str>,
}

impl Scope<'_> {
    /// The condition of an expression.
    pub fn filter(&self, expression: &Expression) -> Result<Condition<Test>, QueryError> {
        let each = |all: &[Expression]| -> Result<Vec<_>, QueryError> {
            all.iter().map(|one| self.filter(one)).collect()
        };
        match expression {
            Expression::And(all) => Ok(Condition::And(each(all)?)),
            Expression::Or(all) => Ok(Condition::Or(each(all)?)),
            Expression::Not(inner) => {
                self.need_parameters("not")?;
                Ok(Condition::Not(Box::new(self.filter(inner)?)))
            }
            Expression::Clause(clause) => self.clause(clause),
        }
    }

    /// An error unless the client sent what advanced queries need.
    pub fn need_parameters(&self, operator: &str) -> Result<(), QueryError> {
        if self.reader.is_advanced {
            Ok(())
        } else {
            Err(QueryError::needs_parameters(operator))
        }
    }

    /// An error unless the client may ask something of a property.
    pub fn need(&self, level: Level, property: &Property) -> Result<(), QueryError> {
        let is_allowed = match level {
            Level::Never => false,
            Level::Advanced => self.reader.is_advanced,
            Level::Always => true,
        };
        if is_allowed {
            Ok(())
        } else {
            Err(self.refusal(property))
        }
    }

    /// The property cannot be asked in this way.
    pub fn refusal(&self, property: &Property) -> QueryError {
        let name = property.name.split('/').next().unwrap_or_default();
        QueryError::clause(name, self.entity.name)
    }

    fn find(&self, path: &str) -> Result<&'static Property, QueryError> {
        if let Some(property) = self.entity.find(path) {
            return Ok(property);
        }
        let name = path.split('/').next().unwrap_or_default();
        let is_known = match self.variable {
            None => (self.reader.is_known)(name),
            Some(_) => self.entity.has_unasked(name),
        };
        Err(if is_known || self.entity.find(name).is_some() {
            QueryError::clause(name, self.entity.name)
        } else {
            unknown("filter", path, self.entity)
        })
    }

    fn clause(&self, clause: &Clause) -> Result<Condition<Test>, QueryError> {
        let path = match self.variable {
            None => clause.path.as_str(),
            Some(variable) => {
                let member = clause.path.strip_prefix(variable);
                member.map_or("", |member| member.trim_start_matches('/'))
            }
        };
        if let Some(variable) = self.variable.filter(|_| path.is_empty()) {
            return Err(QueryError::unreadable(format!(
                "Invalid filter clause: '{variable}' is of type 'microsoft.graph.{}'. Ask one of its properties.",
                self.entity.name
            )));
        }
        if let Some((collection, last)) = path.rsplit_once('/')
            && last.eq_ignore_ascii_case("$count")
        {
            return self.count(self.find(collection)?, path, &clause.question);
        }
        let property = self.find(path)?;
        match &clause.question {
            Question::Compare(operator, value) => self.compare(property, *operator, value),
            Question::In(values) => {
                self.need(property.support.list, property)?;
                self.equal(property, values, Operator::Equal)
            }
            Question::Call(function, text) => {
                self.need_single(property)?;
                let matched = self.call(property, *function, text)?;
                Ok(test(property, Asked::Text(matched)))
            }
            Question::Exists => {
                self.need_collection(property)?;
                self.need(property.support.count, property)?;
                Ok(test(property, Asked::Exists))
            }
            Question::Any(variable, condition) => self.any(property, variable, condition),
        }
    }

    /// An error if there are many values.
    pub fn need_single(&self, property: &Property) -> Result<(), QueryError> {
        if property.is_collection() {
            return Err(self.refusal(property));
        }
        Ok(())
    }

    fn compare(
        &self,
        property: &'static Property,
        operator: Operator,
        value: &Literal,
    ) -> Result<Condition<Test>, QueryError> {
        let values = std::slice::from_ref(value);
        match operator {
            Operator::Equal => {
                self.need(property.support.equal, property)?;
                self.equal(property, values, operator)
            }
            Operator::NotEqual if self.variable.is_none() => {
                self.need_parameters("ne")?;
                self.need(property.support.equal, property)?;
                let condition = self.equal(property, values, operator)?;
                Ok(Condition::Not(Box::new(condition)))
            }
            // "Use the not operator" outside of `any` (licensing.md 7.1).
            Operator::NotEqual | Operator::Has => {
                Err(QueryError::operator(operator.as_str(), property.name))
            }
            Operator::Greater => self.ordered(property, operator, Comparison::Greater, value),
            Operator::GreaterOrEqual => {
                self.ordered(property, operator, Comparison::GreaterOrEqual, value)
            }
            Operator::Less => self.ordered(property, operator, Comparison::Less, value),
            Operator::LessOrEqual => {
                self.ordered(property, operator, Comparison::LessOrEqual, value)
            }
        }
    }
}
