//! `$expand`: with each user or group the first objects of one relationship (licensing.md 7.3).

use zetel_domain::Tenant;
use zetel_query::{Expansion, QueryError};

use super::related::{On, sight};
use crate::graph::{
    call::Call,
    error::GraphError,
    filter::{GroupTest, Question, UserTest, refusal},
    json,
    relations::{Object, Relation},
    render::{
        group::GroupEntity,
        license::LicenseBook,
        object::{ObjectSelection, ObjectWriter},
        strip::Strip,
    },
    schema::{USER, properties_of},
};

/// How many objects are shown of a relationship; there is no link to more.
const MAXIMUM_ITEMS: usize = 20;

const OF_USERS: &[(&str, Relation)] = &[
    ("memberOf", Relation::MemberOf),
    ("transitiveMemberOf", Relation::TransitiveMemberOf),
];

const OF_GROUPS: &[(&str, Relation)] = &[
    ("members", Relation::Members),
    ("transitiveMembers", Relation::TransitiveMembers),
    ("owners", Relation::Owners),
    ("memberOf", Relation::MemberOf),
    ("transitiveMemberOf", Relation::TransitiveMemberOf),
];

/// A relationship that is shown with each object.
pub(super) struct Expanded<'a> {
    name: &'static str,
    relation: Relation,
    writer: ObjectWriter<'a>,
}

impl<'a> Expanded<'a> {
    /// Reads `$expand`.
    pub fn parse(
        call: &'a Call<'_>,
        tenant: &'a Tenant,
        on: On,
    ) -> Result<Option<Self>, GraphError> {
        let Some(text) = call.options.expand.as_deref() else {
            return Ok(None);
        };
        if call.is_advanced() {
            return Err(refusal(QueryError::unsupported(
                "$expand is not supported with advanced queries. Leave out $count=true and $search, or the header ConsistencyLevel.",
            )));
        }
        let expansion = Expansion::parse(text).map_err(refusal)?;
        let (name, relation) = find(&expansion.relationship, on)?;
        Ok(Some(Self {
            name,
            relation,
            writer: ObjectWriter {
                tenant,
                book: LicenseBook::new(&call.graph.texts),
                selection: ObjectSelection::parse(expansion.select.as_deref())?,
                sight: sight(call),
                is_typed: true,
            },
        }))
    }

    /// What `$select` and `$expand` add to the context URL: `(id,members(id))`.
    pub fn context(expanded: Option<&Self>, selection: &str) -> String {
        let Some(Self { name, writer, .. }) = expanded else {
            return selection.to_owned();
        };
        let inner = Some(writer.selection.context.as_str()).filter(|inner| !inner.is_empty());
        let inner = inner.unwrap_or("()");
        match selection.strip_suffix(')') {
            Some(selection) => format!("{selection},{name}{inner})"),
            None => format!("({name}{inner})"),
        }
    }

    /// Appends the relationship of an object, with a comma before it.
    pub fn write(&self, out: &mut Vec<u8>, object: &Object<'_>, strip: &mut Strip) {
        let tenant = self.writer.tenant;
        let related = object.related(tenant, self.relation);
        let shown = related.iter_from(tenant, 0).take(MAXIMUM_ITEMS);
        json::key(out, self.name);
        json::array(out, shown, |out, object| {
            json::object(out, |out| self.writer.write(out, object, strip));
        });
    }
}

fn find(name: &str, on: On) -> Result<(&'static str, Relation), GraphError> {
    let (relations, entity) = match on {
        On::User => (OF_USERS, UserTest::entity().name),
        On::Group => (OF_GROUPS, GroupTest::entity().name),
    };
    let mut known = relations.iter();
    if let Some(found) = known.find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        return Ok(*found);
    }
    let (is_property, is_known) = match on {
        On::User => (USER.find(name).is_some(), UserTest::is_known(name)),
        On::Group => {
            let properties = properties_of::<GroupEntity>();
            let mut names = properties.iter().map(|property| property.name);
            let is_property = names.any(|known| known.eq_ignore_ascii_case(name));
            (is_property, GroupTest::is_known(name))
        }
    };
    Err(if is_property {
        GraphError::unreadable(format!(
            "Parsing OData Select and Expand failed: Property '{name}' on type 'microsoft.graph.{entity}' is not a navigation property or complex property. Only navigation properties can be expanded."
        ))
    } else if is_known {
        GraphError::not_implemented(format!(
            "Expanding '{name}' of type 'microsoft.graph.{entity}' is not implemented."
        ))
    } else {
        GraphError::unreadable(format!(
            "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.{entity}'."
        ))
    })
}
