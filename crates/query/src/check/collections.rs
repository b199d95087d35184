//! Questions on collections: `any`, and whether there are none or one.

use super::{
    scope::Scope,
    test,
    values::{mismatch, texts},
};
use crate::{
    Asked, Comparison, Condition, Kind, Level, Property, QueryError, Test, TextMatch, folded,
    syntax::{Expression, Literal, Operator, Question},
};

impl Scope<'_> {
    /// An error if there is a single value.
    pub fn need_collection(&self, property: &Property) -> Result<(), QueryError> {
        if property.is_collection() {
            return Ok(());
        }
        Err(self.refusal(property))
    }

    /// The number of a collection's items: only whether it is 0 or 1 (licensing.md 7.1).
    pub fn count(
        &self,
        property: &'static Property,
        path: &str,
        question: &Question,
    ) -> Result<Condition<Test>, QueryError> {
        self.need_collection(property)?;
        if property.support.count == Level::Never {
            return Err(self.refusal(property));
        }
        let (is_negated, number) = match question {
            Question::Compare(Operator::Equal, Literal::Integer(number)) => (false, number),
            Question::Compare(Operator::NotEqual, Literal::Integer(number)) => (true, number),
            Question::Compare(operator, Literal::Integer(_)) => {
                return Err(QueryError::operator(operator.as_str(), path));
            }
            _ => return Err(self.refusal(property)),
        };
        self.need_parameters("$count")?;
        let (asked, is_negated) = match number {
            0 => (Asked::Exists, !is_negated),
            1 => (Asked::IsSingle, is_negated),
            _ => return Err(self.refusal(property)),
        };
        let condition = test(property, asked);
        Ok(if is_negated {
            Condition::Not(Box::new(condition))
        } else {
            condition
        })
    }

    /// `any` with a condition.
    pub fn any(
        &self,
        property: &'static Property,
        variable: &str,
        condition: &Expression,
    ) -> Result<Condition<Test>, QueryError> {
        self.need(property.support.equal, property)?;
        let asked = match property.kind {
            Kind::Texts => Asked::AnyText(self.any_text(property, variable, condition)?),
            Kind::Items(entity) => {
                let items = Scope {
                    reader: self.reader,
                    entity,
                    variable: Some(variable),
                };
                Asked::AnyItem(Box::new(items.filter(condition)?))
            }
            _ => return Err(self.refusal(property)),
        };
        Ok(test(property, asked))
    }

    /// `proxyAddresses/any(x:x eq '…')`: the value itself is compared.
    fn any_text(
        &self,
        property: &'static Property,
        variable: &str,
        condition: &Expression,
    ) -> Result<Condition<TextMatch>, QueryError> {
        let each = |all: &[Expression]| -> Result<Vec<_>, QueryError> {
            let all = all.iter();
            all.map(|one| self.any_text(property, variable, one))
                .collect()
        };
        let clause = match condition {
            Expression::And(all) => return Ok(Condition::And(each(all)?)),
            Expression::Or(all) => return Ok(Condition::Or(each(all)?)),
            Expression::Not(inner) => {
                self.need_parameters("not")?;
                let inner = self.any_text(property, variable, inner)?;
                return Ok(Condition::Not(Box::new(inner)));
            }
            Expression::Clause(clause) => clause,
        };
        if clause.path != variable {
            return Err(self.refusal(property));
        }
        let ordered = |comparison, value: &Literal| {
            self.need(property.support.order, property)?;
            match value {
                Literal::Text(text) => Ok(TextMatch::Compare(comparison, folded(text))),
                other => Err(mismatch("Edm.String", other, Operator::Equal)),
            }
        };
        let equal = |values: &[Literal]| {
            if values.contains(&Literal::Null) {
                return Err(self.refusal(property));
            }
            texts(values, Operator::Equal).map(TextMatch::equal)
        };
        Ok(Condition::Test(match &clause.question {
            Question::Compare(Operator::Equal, value) => equal(std::slice::from_ref(value))?,
            Question::In(values) => equal(values)?,
            Question::Compare(Operator::GreaterOrEqual, value) => {
                ordered(Comparison::GreaterOrEqual, value)?
            }
            Question::Compare(Operator::LessOrEqual, value) => {
                ordered(Comparison::LessOrEqual, value)?
            }
            Question::Call(function, text) => self.call(property, *function, text)?,
            Question::Compare(..) | Question::Exists | Question::Any(..) => {
                return Err(self.refusal(property));
            }
        }))
    }
}
