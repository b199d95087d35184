//! What can be asked of each entity type: Microsoft's tables, as far as Zetel has the properties
//! (<https://learn.microsoft.com/graph/aad-advanced-queries>, and the resource pages of the types).
//!
//! A property that is not in the table of its type cannot be asked.

mod application;
mod device;
mod group;
mod items;
mod managed_device;
mod role;
mod user;

pub use application::{APPLICATION, SERVICE_PRINCIPAL};
pub use device::DEVICE;
pub use group::GROUP;
pub use items::{ASSIGNED_LICENSE, ASSIGNED_PLAN, PROVISIONED_PLAN};
pub use managed_device::MANAGED_DEVICE;
pub use role::{DIRECTORY_ROLE, ROLE_ASSIGNMENT, ROLE_DEFINITION};
pub use user::USER;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{Entity, Kind, Level};

    #[test]
    fn tables_are_consistent() {
        let all: [&Entity; 12] = [
            &APPLICATION,
            &SERVICE_PRINCIPAL,
            &DIRECTORY_ROLE,
            &ROLE_DEFINITION,
            &ROLE_ASSIGNMENT,
            &USER,
            &GROUP,
            &DEVICE,
            &MANAGED_DEVICE,
            &ASSIGNED_LICENSE,
            &ASSIGNED_PLAN,
            &PROVISIONED_PLAN,
        ];
        for entity in all {
            let properties = entity.properties.iter();
            let names: BTreeSet<String> = properties
                .map(|property| property.name.to_ascii_lowercase())
                .collect();
            assert_eq!(names.len(), entity.properties.len(), "{}", entity.name);
            for property in entity.properties {
                let support = property.support;
                let is_text = matches!(property.kind, Kind::Text | Kind::Texts);
                let is_ordered = is_text || property.kind == Kind::Time;
                let of_texts = [support.start, support.end, support.part];
                assert!(is_text || of_texts.iter().all(|level| *level == Level::Never));
                assert!(is_ordered || support.order.max(support.order_by) == Level::Never);
                assert!(property.is_collection() || support.count == Level::Never);
                assert!(!property.is_collection() || support.null == Level::Never);
            }
        }
    }
}
