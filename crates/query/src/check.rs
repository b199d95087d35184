//! Judging what is asked by the table of an entity type (licensing.md 7.1, 7.2).

use uuid::Uuid;

use crate::{
    Asked, Comparison, Condition, Entity, Kind, Level, Property, QueryError, Test, TextMatch,
    TimeMatch, folded,
    search::{Search, Words},
    syntax::{Clause, Expression, Function, Literal, Operator, Question},
};

/// The properties in which `$search` looks for words; in others it looks at the beginning.
const WITH_WORDS: [&str; 2] = ["displayName", "description"];

/// Makes conditions on the objects of one type of what is asked.
pub struct Reader<'a> {
    /// What can be asked.
    pub entity: &'static Entity,
    /// Whether Graph has a property of this name that cannot be asked.
    pub is_known: &'a dyn Fn(&str) -> bool,
    /// Whether the client sent what advanced queries need.
    pub is_advanced: bool,
}

impl Reader<'_> {
    /// The condition of a `$filter`.
    pub fn filter(&self, expression: &Expression) -> Result<Condition<Test>, QueryError> {
        let scope = Scope {
            reader: self,
            entity: self.entity,
            variable: None,
        };
        scope.filter(expression)
    }

    /// The condition of a `$search`. It is for advanced queries, which the caller judges: they need no `$count`.
    pub fn search(&self, search: &Search) -> Result<Condition<Test>, QueryError> {
        let each = |all: &[Search]| -> Result<Vec<_>, QueryError> {
            all.iter().map(|one| self.search(one)).collect()
        };
        match search {
            Search::And(all) => Ok(Condition::And(each(all)?)),
            Search::Or(all) => Ok(Condition::Or(each(all)?)),
            Search::Clause { property, text, .. } => self.search_clause(property, text.trim()),
        }
    }

    fn search_clause(&self, path: &str, text: &str) -> Result<Condition<Test>, QueryError> {
        let property = self.entity.find(path).ok_or_else(|| {
            if (self.is_known)(path) {
                not_searchable(path)
            } else {
                unknown("search", path, self.entity)
            }
        })?;
        let has_start = property.support.start > Level::Never;
        let start = || TextMatch::StartsWith(folded(text));
        let asked = match property.kind {
            Kind::Text if WITH_WORDS.contains(&property.name) => {
                Asked::Text(TextMatch::Words(Words::of(text)))
            }
            Kind::Text if has_start => Asked::Text(start()),
            Kind::Texts if has_start => Asked::AnyText(Condition::Test(start())),
            _ => return Err(not_searchable(property.name)),
        };
        Ok(test(property, asked))
    }
}

fn not_searchable(property: &str) -> QueryError {
    QueryError::unsupported(format!(
        "Searching in the property '{property}' is not supported."
    ))
}

/// There is no such property.
fn unknown(what: &str, path: &str, entity: &Entity) -> QueryError {
    QueryError::unreadable(format!(
        "Invalid {what} clause: Could not find a property named '{path}' on type 'microsoft.graph.{}'.",
        entity.name
    ))
}

fn test(property: &'static Property, asked: Asked) -> Condition<Test> {
    Condition::Test(Test { property, asked })
}

fn mismatch(expected: &str, found: &Literal, operator: Operator) -> QueryError {
    QueryError::unreadable(format!(
        "Invalid filter clause: A binary operator with incompatible types was detected. Found operand types '{expected}' and '{}' for operator kind '{}'.",
        found.edm(),
        operator.kind()
    ))
}

/// The entity itself, or the values of one of its collections inside `any`.
struct Scope<'a> {
    reader: &'a Reader<'a>,
    entity: &'static Entity,
    /// The variable of `any`.
    variable: Option<&'a str>,
}

impl Scope<'_> {
    fn filter(&self, expression: &Expression) -> Result<Condition<Test>, QueryError> {
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

    fn need_parameters(&self, operator: &str) -> Result<(), QueryError> {
        if self.reader.is_advanced {
            Ok(())
        } else {
            Err(QueryError::needs_parameters(operator))
        }
    }

    /// An error unless the client may ask something of a property.
    fn need(&self, level: Level, property: &Property) -> Result<(), QueryError> {
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

    fn refusal(&self, property: &Property) -> QueryError {
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

    fn need_single(&self, property: &Property) -> Result<(), QueryError> {
        if property.is_collection() {
            return Err(self.refusal(property));
        }
        Ok(())
    }

    fn need_collection(&self, property: &Property) -> Result<(), QueryError> {
        if property.is_collection() {
            return Ok(());
        }
        Err(self.refusal(property))
    }

    /// The number of a collection's items: only whether it is 0 or 1 (licensing.md 7.1).
    fn count(
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

    /// `eq` and `in`.
    fn equal(
        &self,
        property: &'static Property,
        values: &[Literal],
        operator: Operator,
    ) -> Result<Condition<Test>, QueryError> {
        self.need_single(property)?;
        if values.contains(&Literal::Null) {
            self.need(property.support.null, property)?;
        }
        let asked = match property.kind {
            Kind::Text => Asked::Text(TextMatch::equal(texts(values, operator)?)),
            Kind::Word(words) => {
                let texts = texts(values, operator)?;
                for text in texts.iter().flatten() {
                    check_word(property, words, text)?;
                }
                Asked::Text(TextMatch::equal(texts))
            }
            Kind::Flag => Asked::Flag(each(values, |value| match value {
                Literal::Null => Ok(None),
                Literal::Flag(flag) => Ok(Some(*flag)),
                other => Err(mismatch("Edm.Boolean", other, operator)),
            })?),
            Kind::Time => Asked::Time(TimeMatch::Equal(each(values, |value| match value {
                Literal::Null => Ok(None),
                other => time(other, operator).map(Some),
            })?)),
            Kind::Guid => Asked::Guid(each(values, |value| match value {
                Literal::Guid(guid) => Ok(*guid),
                other => Err(mismatch("Edm.Guid", other, operator)),
            })?),
            Kind::Id => Asked::Guid(each(values, |value| id(property, value, operator))?),
            Kind::Texts | Kind::Items(_) => return Err(self.refusal(property)),
        };
        Ok(test(property, asked))
    }

    /// `gt`, `ge`, `lt` and `le`.
    fn ordered(
        &self,
        property: &'static Property,
        operator: Operator,
        comparison: Comparison,
        value: &Literal,
    ) -> Result<Condition<Test>, QueryError> {
        let level = match comparison {
            Comparison::GreaterOrEqual | Comparison::LessOrEqual => property.support.order,
            Comparison::Greater | Comparison::Less => property.support.strict_order,
        };
        if level == Level::Never {
            return Err(QueryError::operator(operator.as_str(), property.name));
        }
        self.need(level, property)?;
        let asked = match (property.kind, value) {
            (Kind::Time, value) => {
                Asked::Time(TimeMatch::Compare(comparison, time(value, operator)?))
            }
            (Kind::Text, Literal::Text(text)) => {
                Asked::Text(TextMatch::Compare(comparison, folded(text)))
            }
            (Kind::Text, other) => return Err(mismatch("Edm.String", other, operator)),
            _ => return Err(self.refusal(property)),
        };
        Ok(test(property, asked))
    }

    fn call(
        &self,
        property: &Property,
        function: Function,
        text: &str,
    ) -> Result<TextMatch, QueryError> {
        let support = property.support;
        let text = folded(text);
        match function {
            Function::StartsWith => {
                self.need(support.start, property)?;
                Ok(TextMatch::StartsWith(text))
            }
            Function::EndsWith => {
                if support.end == Level::Advanced {
                    self.need_parameters("endsWith")?;
                }
                self.need(support.end, property)?;
                Ok(TextMatch::EndsWith(text))
            }
            Function::Contains if support.part == Level::Never => Err(QueryError::unsupported(
                "The function 'contains' is not supported. Use 'startswith'.",
            )),
            Function::Contains => {
                self.need(support.part, property)?;
                Ok(TextMatch::Contains(text))
            }
        }
    }

    fn any(
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

fn each<T>(
    values: &[Literal],
    read: impl Fn(&Literal) -> Result<T, QueryError>,
) -> Result<Vec<T>, QueryError> {
    values.iter().map(read).collect()
}

fn texts(values: &[Literal], operator: Operator) -> Result<Vec<Option<String>>, QueryError> {
    each(values, |value| match value {
        Literal::Null => Ok(None),
        Literal::Text(text) => Ok(Some(text.clone())),
        other => Err(mismatch("Edm.String", other, operator)),
    })
}

fn time(value: &Literal, operator: Operator) -> Result<i128, QueryError> {
    let at = value.nanoseconds();
    at.ok_or_else(|| mismatch("Edm.DateTimeOffset", value, operator))
}

fn id(property: &Property, value: &Literal, operator: Operator) -> Result<Uuid, QueryError> {
    match value {
        Literal::Text(text) => Uuid::try_parse(text).map_err(|_| {
            QueryError::invalid(format!(
                "Invalid object identifier '{text}' in the filter clause on '{}'.",
                property.name
            ))
        }),
        other => Err(mismatch("Edm.String", other, operator)),
    }
}

fn check_word(property: &Property, words: &[&str], text: &str) -> Result<(), QueryError> {
    if words.iter().any(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(());
    }
    Err(QueryError::unreadable(format!(
        "Invalid filter clause: '{text}' is no value of '{}'. There are {}.",
        property.name,
        words.join(", ")
    )))
}

#[cfg(test)]
mod tests;
