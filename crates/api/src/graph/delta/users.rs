//! Users that are followed.

use uuid::Uuid;
use zetel_domain::{
    Tenant,
    delta::{Parts, Touched, Touches},
    user::{UserOrdinal, UserState},
};

use super::{
    Followed, List, Place, View,
    columns::{Wanted, parts_of_user},
    page::{Room, write_removed},
};
use crate::graph::{
    error::GraphError,
    json,
    render::user::UserRow,
    schema::{AnySelection, UserSelection},
};

/// The property that is no part of the directory, so that nobody tells when it changes.
const NOT_FOLLOWED: &str = "deviceEnrollmentLimit";

/// What is followed of users.
pub(super) struct Users {
    selection: AnySelection,
    /// The parts of users that the selection shows; all without one.
    parts: Parts,
}

impl Followed for Users {
    const LIST: List = List::Users;

    fn parse(select: Option<&str>) -> Result<Self, GraphError> {
        let selection = UserSelection::parse(select)?;
        let mut computed = selection.computed.iter().map(|column| column.property.name);
        if computed.any(|name| name == NOT_FOLLOWED) {
            return Err(GraphError::refused(format!(
                "Changes of '{NOT_FOLLOWED}' cannot be followed: it follows from policies outside of the directory. Leave it out of $select."
            )));
        }
        let stored = selection
            .stored
            .iter()
            .map(|column| Parts::of(column.property));
        let computed = selection.computed.iter();
        let computed = computed.map(|column| parts_of_user(column.property.name));
        let parts = stored.chain(computed).fold(Parts::WHOLE, Parts::union);
        let is_chosen = !selection.context.is_empty();
        Ok(Self {
            selection,
            parts: if is_chosen { parts } else { Parts::ALL },
        })
    }

    fn context(&self) -> &str {
        &self.selection.context
    }

    fn needs_members(&self) -> bool {
        false
    }

    fn parts(&self) -> Parts {
        self.parts
    }

    fn touches(touched: &Touched) -> &Touches {
        &touched.users
    }

    fn find(tenant: &Tenant, id: Uuid) -> Option<u32> {
        tenant.users().find_ever(id).map(|user| user.ordinal.0)
    }

    fn is_live(tenant: &Tenant, ordinal: u32) -> bool {
        tenant.users().live().contains(ordinal)
    }

    fn live_from(tenant: &Tenant, ordinal: u32) -> Box<dyn Iterator<Item = u32> + '_> {
        Box::new(tenant.users().live().iter_from(ordinal))
    }

    fn write(&self, out: &mut Vec<u8>, view: &View<'_>, at: Place, _: &mut Room) -> Option<u64> {
        let user = view.tenant.users().view(UserOrdinal(at.object))?;
        let touched = view.touched;
        let touched = touched.map_or(Parts::NONE, |all| all.users.parts_of(at.object));
        json::key(out, "id");
        json::guid(out, user.id);
        match user.head.state() {
            UserState::Deleted => write_removed(out, "changed"),
            UserState::Purged => write_removed(out, "deleted"),
            UserState::Live => {
                let row = UserRow {
                    tenant: view.tenant,
                    user,
                    book: &view.book,
                };
                let wanted = Wanted {
                    touched,
                    is_minimal: view.is_minimal,
                };
                self.write_properties(out, &row, wanted);
            }
        }
        None
    }
}

impl Users {
    fn write_properties(&self, out: &mut Vec<u8>, row: &UserRow<'_>, wanted: Wanted) {
        for column in &self.selection.stored {
            let name = column.property.schema().name;
            wanted.write(out, name, Parts::of(column.property), |out| {
                row.write_stored_value(out, column);
            });
        }
        for column in &self.selection.computed {
            let name = column.property.name;
            wanted.write(out, name, parts_of_user(name), |out| {
                (column.write)(row, out);
            });
        }
    }
}
