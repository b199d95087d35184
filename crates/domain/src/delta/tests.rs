//! What is kept of touches stays small, and nothing of it is lost.

use proptest::prelude::*;

use super::*;
use crate::user::property::SCHEMA;

#[test]
fn every_part_of_a_user_has_a_place_of_its_own() {
    let others = [
        of_user::ACCOUNT_ENABLED,
        of_user::USER_TYPE,
        of_user::USAGE_LOCATION,
        of_user::LICENSES,
        of_user::PRODUCT_STATE,
        Parts::WHOLE,
    ];
    let stored = SCHEMA.iter().map(|schema| Parts::of(schema.property));
    let mut all = Parts::NONE;
    for part in stored.chain(others) {
        assert!(!part.is_none() && !all.meets(part), "{part:?}");
        all = all.union(part);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_however_touches_are_put_together(
        touches in prop::collection::vec((0_u8..60, prop::collection::vec(0_u32..20_000, 1..100)), 1..80),
        cut in any::<prop::sample::Index>(),
    ) {
        let part = |place: u8| Parts::of(SCHEMA[usize::from(place) % SCHEMA.len()].property);
        let (mut first, mut second) = (Touches::default(), Touches::default());
        let cut = cut.index(touches.len());
        for (number, (place, ordinals)) in touches.iter().enumerate() {
            let half = if number < cut { &mut first } else { &mut second };
            half.add_all(&ordinals.iter().copied().collect(), part(*place));
        }
        first.merge(&second);
        prop_assert!(first.0.len() <= MOST_KINDS);
        for (place, ordinals) in &touches {
            let found = first.meeting(part(*place));
            for ordinal in ordinals {
                prop_assert!(found.contains(*ordinal));
                prop_assert!(first.parts_of(*ordinal).meets(part(*place)));
            }
        }
        let kinds: BTreeSet<Parts> = touches.iter().map(|(place, _)| part(*place)).collect();
        if kinds.len() <= MOST_KINDS {
            for kind in kinds {
                let expected: Bits = touches.iter().filter(|(place, _)| part(*place) == kind)
                    .flat_map(|(_, ordinals)| ordinals.iter().copied()).collect();
                prop_assert_eq!(first.meeting(kind), expected);
            }
        }
    }
}
