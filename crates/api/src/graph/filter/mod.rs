//! Conditions on objects: `$filter` and `$search`, read by `zetel-query` and bound to the tenant's data.

mod device;
mod few;
mod group;
mod licenses;
mod managed_device;
mod object;
mod property;
mod sets;
mod user;

pub(crate) use device::DirectoryDeviceTest;
pub(crate) use few::FilteredByText;
pub(crate) use group::GroupTest;
pub(crate) use managed_device::DeviceTest;
pub(crate) use object::ObjectFilter;
pub(crate) use property::{Filtered, PropertyTest};
pub(crate) use user::{UserTest, deleted_principal_name};

use axum::http::StatusCode;
use zetel_query::{
    Condition, Entity, ErrorKind, QueryError, Reader, Test,
    search::{self, Search},
    syntax::{self, Expression},
};

use super::{call::Call, error::GraphError};

/// A question on objects of one type, bound to where the answer is.
pub(crate) trait Question: Sized {
    /// What can be asked.
    fn entity() -> &'static Entity;

    /// Whether Graph has a property of this name that cannot be asked.
    fn is_known(name: &str) -> bool;

    /// Binds a question; nothing if Zetel does not have its property, which a test excludes.
    fn bind(test: &Test) -> Option<Self>;
}

/// `$filter` and `$search` of a request, before it is known of what they ask.
#[derive(Debug)]
pub(crate) struct Query {
    filter: Option<Expression>,
    search: Option<Search>,
    is_advanced: bool,
}

impl Query {
    /// Reads those of a request on directory objects. An answer that is nothing but a count counts without `$count`.
    pub fn of(call: &Call<'_>, is_count: bool) -> Result<Self, GraphError> {
        let options = &call.options;
        let search = options.search.as_deref();
        if search.is_some() && !call.is_eventual() {
            return Err(refusal(QueryError::unsupported(
                "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
            )));
        }
        Ok(Self {
            search: search.map(search::parse).transpose().map_err(refusal)?,
            is_advanced: call.is_advanced() || (call.is_eventual() && is_count),
            ..Self::of_everybody(call)?
        })
    }

    /// Reads `$filter` where every operator is for every client.
    pub fn of_everybody(call: &Call<'_>) -> Result<Self, GraphError> {
        let filter = call.options.filter.as_deref();
        Ok(Self {
            filter: filter.map(syntax::parse).transpose().map_err(refusal)?,
            search: None,
            is_advanced: true,
        })
    }

    /// Whether everything is asked for.
    pub const fn is_empty(&self) -> bool {
        self.filter.is_none() && self.search.is_none()
    }

    /// The condition on objects of one type, if there is any.
    pub fn condition<Q: Question>(&self) -> Result<Option<Condition<Q>>, GraphError> {
        self.check().map_err(refusal)
    }

    /// The same, with what a query is refused for.
    fn check<Q: Question>(&self) -> Result<Option<Condition<Q>>, QueryError> {
        let reader = Reader {
            entity: Q::entity(),
            is_known: &Q::is_known,
            is_advanced: self.is_advanced,
        };
        let filter = self.filter.as_ref().map(|filter| reader.filter(filter));
        let search = self.search.as_ref().map(|search| reader.search(search));
        let both = [filter, search].into_iter().flatten();
        let mut all: Vec<Condition<Test>> = both.collect::<Result<_, _>>()?;
        let condition = match (all.pop(), all.pop()) {
            (None, _) => return Ok(None),
            (Some(only), None) => only,
            (Some(search), Some(filter)) => Condition::And(vec![filter, search]),
        };
        let bind = |test: &Test| {
            Q::bind(test).ok_or_else(|| QueryError::clause(test.property.name, Q::entity().name))
        };
        condition.try_map(&bind).map(Some)
    }
}

/// What the client is told of a query that is refused.
pub(crate) fn refusal(error: QueryError) -> GraphError {
    match error.kind {
        ErrorKind::Unreadable | ErrorKind::UnknownProperty => GraphError::unreadable(error.message),
        ErrorKind::Invalid => GraphError::refused(error.message),
        ErrorKind::Unsupported => GraphError::new(
            StatusCode::BAD_REQUEST,
            "Request_UnsupportedQuery",
            error.message,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::render::{
        application::ApplicationEntity,
        role::{DirectoryRole, RoleAssignment, RoleDefinition},
        service_principal::ServicePrincipal,
    };
    use zetel_query::{Asked, Kind, TextMatch, TimeMatch};

    /// Some question of each property.
    fn binds_everything<Q: Question>() {
        for property in Q::entity().properties {
            let asked = match property.kind {
                Kind::Id | Kind::Guid => Asked::Guid(Vec::new()),
                Kind::Flag => Asked::Flag(Vec::new()),
                Kind::Time => Asked::Time(TimeMatch::Equal(Vec::new())),
                Kind::Text | Kind::Word(_) => Asked::Text(TextMatch::Equal(Vec::new())),
                Kind::Texts | Kind::Items(_) => Asked::Exists,
            };
            let test = Test { property, asked };
            assert!(Q::bind(&test).is_some(), "{}", property.name);
        }
        assert!(!Q::is_known("favoriteColor"));
    }

    #[test]
    fn whatever_can_be_asked_has_its_data() {
        binds_everything::<UserTest>();
        binds_everything::<GroupTest>();
        binds_everything::<DeviceTest>();
        binds_everything::<DirectoryDeviceTest>();
        binds_everything::<PropertyTest<ApplicationEntity>>();
        binds_everything::<PropertyTest<ServicePrincipal>>();
        binds_everything::<PropertyTest<DirectoryRole>>();
        binds_everything::<PropertyTest<RoleDefinition>>();
        binds_everything::<PropertyTest<RoleAssignment>>();
    }
}
