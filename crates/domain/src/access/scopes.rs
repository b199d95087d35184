//! What a user let an application do in the user's name.

use std::{collections::BTreeSet, sync::Arc};

use super::{Action, Permission, permission_allows};

/// The delegated permissions of a token. They give no rights: they bound those that the user's directory roles give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scopes {
    /// Everything the user may do: the user's own sign-in through Microsoft's command line tools.
    All,
    /// Only what one of these permissions allows too.
    Only(Arc<BTreeSet<Permission>>),
}

impl Scopes {
    /// The delegated permission that stands for [`Scopes::All`].
    pub const ACCESS_AS_USER: &'static str = "Directory.AccessAsUser.All";

    /// The scopes with these names, such as `User.Read.All`, in any case. Names that open nothing here are left out;
    /// so is `User.Read`, since everybody may read their own account through any application.
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut permissions = BTreeSet::new();
        for name in names {
            if name.eq_ignore_ascii_case(Self::ACCESS_AS_USER) {
                return Self::All;
            }
            permissions.extend(Permission::parse(name));
        }
        Self::Only(Arc::new(permissions))
    }

    /// Whether an application may do this in the name of a user who may.
    pub fn allow(&self, action: Action) -> bool {
        match self {
            Self::All => true,
            Self::Only(permissions) => permissions
                .iter()
                .any(|permission| permission_allows(*permission, action)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_open_nothing_are_left_out() {
        let only = |permissions: &[Permission]| {
            Scopes::Only(Arc::new(permissions.iter().copied().collect()))
        };
        assert_eq!(Scopes::parse([]), only(&[]));
        assert_eq!(
            Scopes::parse(["User.Read", "user.read.all", "Mail.Send"]),
            only(&[Permission::UserReadAll])
        );
        for name in ["Directory.AccessAsUser.All", "directory.accessasuser.all"] {
            assert_eq!(Scopes::parse(["User.Read.All", name]), Scopes::All);
        }
    }
}
