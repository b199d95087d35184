//! Directory objects: users and groups in one list, each with its type.

use zetel_domain::Tenant;

use super::{
    group::{GroupEntity, GroupRow},
    license::LicenseBook,
    strip::Strip,
    user::UserRow,
};
use crate::graph::{
    error::GraphError,
    json,
    relations::Object,
    schema::{AnySelection, Selection, UserSelection},
};

/// Of which types the caller may see more than that the objects are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    /// Users.
    pub users: bool,
    /// Groups.
    pub groups: bool,
}

impl Sight {
    /// The caller may see everything.
    pub const ALL: Self = Self {
        users: true,
        groups: true,
    };
}

/// The properties that a client wants of directory objects. A property is written for the types that have it.
pub(crate) struct ObjectSelection {
    users: Option<AnySelection>,
    groups: Option<Selection<GroupEntity>>,
    /// What `$select` adds to the context URL.
    pub context: String,
}

impl ObjectSelection {
    /// Reads a `$select`; an error if neither users nor groups have one of the properties.
    pub fn parse(select: Option<&str>) -> Result<Self, GraphError> {
        let names = select.unwrap_or_default().split(',').map(str::trim);
        let names: Vec<&str> = names.filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            return Ok(Self {
                users: Some(UserSelection::parse(None)?),
                groups: Some(Selection::parse(None)?),
                context: String::new(),
            });
        }
        let (mut of_users, mut of_groups, mut context) = (Vec::new(), Vec::new(), Vec::new());
        for name in names {
            let user = UserSelection::parse(Some(name));
            let group = Selection::<GroupEntity>::parse(Some(name));
            let canonical = match (&user, &group) {
                (Ok(user), _) => user.context.clone(),
                (_, Ok(group)) => group.context.clone(),
                (Err(error), Err(_)) => return Err(error.clone()),
            };
            context.push(canonical.trim_matches(['(', ')']).to_owned());
            of_users.extend(user.is_ok().then_some(name));
            of_groups.extend(group.is_ok().then_some(name));
        }
        let users = (!of_users.is_empty())
            .then(|| UserSelection::parse(Some(&of_users.join(","))))
            .transpose()?;
        let groups = (!of_groups.is_empty())
            .then(|| Selection::parse(Some(&of_groups.join(","))))
            .transpose()?;
        Ok(Self {
            users,
            groups,
            context: format!("({})", context.join(",")),
        })
    }
}

/// Writes directory objects.
pub(crate) struct ObjectWriter<'a> {
    /// The tenant.
    pub tenant: &'a Tenant,
    /// Texts of licenses.
    pub book: LicenseBook<'a>,
    /// The properties.
    pub selection: ObjectSelection,
    /// What the caller may see.
    pub sight: Sight,
    /// Whether each object says its type.
    pub is_typed: bool,
}

impl ObjectWriter<'_> {
    /// Appends the members of an object, a comma before each. The strip is room for any user.
    pub fn write(&self, out: &mut Vec<u8>, object: Object<'_>, strip: &mut Strip) {
        let (type_name, is_seen) = match object {
            Object::User(_) => ("#microsoft.graph.user", self.sight.users),
            Object::Group(..) => ("#microsoft.graph.group", self.sight.groups),
        };
        if self.is_typed {
            json::key(out, "@odata.type");
            json::string(out, type_name);
        }
        if !is_seen {
            json::key(out, "id");
            return json::guid(out, object.id());
        }
        let tenant = self.tenant;
        match object {
            Object::User(user) => {
                let row = UserRow {
                    tenant,
                    user,
                    book: &self.book,
                };
                if let Some(selection) = &self.selection.users {
                    row.write(out, selection, strip);
                }
            }
            Object::Group(_, group) => {
                if let Some(selection) = &self.selection.groups {
                    selection.write(out, &GroupRow { tenant, group });
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_is_asked_of_the_types_that_have_it() {
        let read = |select| ObjectSelection::parse(Some(select));
        let both = read("Id, userPrincipalName,mailenabled").unwrap();
        assert_eq!(both.context, "(id,userPrincipalName,mailEnabled)");
        assert!(both.users.is_some() && both.groups.is_some());
        assert!(read("userPrincipalName").unwrap().groups.is_none());
        assert!(read("mailEnabled").unwrap().users.is_none());
        assert_eq!(read(" ").unwrap().context, "");
        assert_eq!(read("id,color").err().unwrap().status.as_u16(), 400);
        assert_eq!(read("aboutMe").err().unwrap().status.as_u16(), 501);
    }
}
