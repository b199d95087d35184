//! Sets of ordinals against the standard library's trees.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};

use super::*;

type Model = BTreeSet<u32>;

fn bits(model: &Model) -> Bits {
    model.iter().copied().collect()
}

/// Few and many members, near and far, scattered and in ranges; whole chunks and both sides of every limit of form.
fn models() -> impl Strategy<Value = Model> {
    let range = (0_u32..40_000, 0_u32..9_000).prop_map(|(start, length)| start..start + length);
    let edge = (0_u32..4, 60_u32..68)
        .prop_map(|(number, length)| number * Bits::CHUNK_BITS..number * Bits::CHUNK_BITS + length);
    let stored_edge = (0_u32..4, 510_u32..514)
        .prop_map(|(number, length)| number * Bits::CHUNK_BITS..number * Bits::CHUNK_BITS + length);
    let chunks = (0_u32..5, 0_u32..3)
        .prop_map(|(start, length)| start * Bits::CHUNK_BITS..(start + length) * Bits::CHUNK_BITS);
    let ranges = vec(prop_oneof![range, edge, stored_edge, chunks], 0..4)
        .prop_map(|ranges| ranges.into_iter().flatten().collect::<Vec<_>>());
    let scattered = prop_oneof![
        vec(0_u32..40_000, 0..400),
        vec(0_u32..5_000_000, 0..200),
        vec(prop_oneof![0_u32..3, u32::MAX - 3..=u32::MAX], 0..4),
    ];
    (ranges, scattered)
        .prop_map(|(ranges, scattered)| ranges.into_iter().chain(scattered).collect())
}

/// Two sets that share chunks, as states before and after a change do.
fn pairs() -> impl Strategy<Value = (Bits, Model, Bits, Model)> {
    (models(), models(), models(), any::<bool>()).prop_map(|(common, left, right, shared)| {
        let base = if shared { bits(&common) } else { Bits::new() };
        let with = |model: &Model| {
            let mut bits = base.clone();
            bits.extend(model.iter().copied());
            let members = bits.iter().collect();
            (bits, members)
        };
        let ((left, left_model), (right, right_model)) = (with(&left), with(&right));
        (left, left_model, right, right_model)
    })
}

/// Expressions of sets some of which share chunks, with their members.
fn expressions() -> impl Strategy<Value = (SetExpression, Model)> {
    let set = (models(), any::<bool>()).prop_map(|(model, shared)| {
        let mut set = Bits::new();
        if shared {
            set = Bits::from_range(8_000..17_000);
        }
        set.extend(model);
        let members = set.iter().collect();
        (SetExpression::Set(set), members)
    });
    set.prop_recursive(4, 12, 2, |inner| {
        (inner.clone(), inner, 0..3).prop_map(|((left, left_model), (right, right_model), kind)| {
            match kind {
                0 => (left.and(right), &left_model & &right_model),
                1 => (left.or(right), &left_model | &right_model),
                _ => (left.without(right), &left_model - &right_model),
            }
        })
    })
}

/// The set has these members, counts them, and has the one form that they have.
fn check(set: &Bits, model: &Model) -> Result<(), TestCaseError> {
    prop_assert!(set.iter().eq(model.iter().copied()));
    prop_assert_eq!(set.len() as usize, model.len());
    prop_assert_eq!(set.is_empty(), model.is_empty());
    prop_assert_eq!(set.first(), model.first().copied());
    prop_assert_eq!(set, &bits(model));
    for (_, chunk) in &*set.chunks {
        prop_assert!(chunk.len() > 0);
        prop_assert_eq!(matches!(**chunk, Chunk::Sparse(_)), chunk.len() <= 64);
    }
    Ok(())
}

proptest! {
    #[test]
    fn changes_are_those_of_a_tree_and_leave_clones_alone(
        model in models(),
        changes in vec((any::<bool>(), prop_oneof![0_u32..300, 0_u32..40_000, 0_u32..5_000_000]), 0..400),
    ) {
        let mut set = bits(&model);
        check(&set, &model)?;
        let before = set.clone();
        let mut changed = model.clone();
        for (insert, ordinal) in changes {
            prop_assert_eq!(set.contains(ordinal), changed.contains(&ordinal));
            if insert {
                prop_assert_eq!(set.insert(ordinal), changed.insert(ordinal));
            } else {
                prop_assert_eq!(set.remove(ordinal), changed.remove(&ordinal));
            }
            prop_assert_eq!(set.contains(ordinal), insert);
        }
        check(&set, &changed)?;
        check(&before, &model)?;
        let chunks = changed.symmetric_difference(&model).map(|ordinal| ordinal / Bits::CHUNK_BITS);
        prop_assert_eq!(set.changed_chunks(&before), chunks.collect::<Model>().into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn members_are_gathered_in_any_order(
        mut members in vec(0_u32..100_000, 0..400).prop_shuffle(),
        others in models(),
    ) {
        let others: Model = others.into_iter().filter(|ordinal| *ordinal < 6_000_000).collect();
        let mut gather = Gather::default();
        gather.extend(members.iter().copied());
        gather.add_all(&bits(&others));
        members.extend(&others);
        check(&gather.finish(), &members.into_iter().collect())?;
    }

    #[test]
    fn removing_every_member_leaves_the_empty_set(model in models()) {
        let mut set = bits(&model);
        for ordinal in &model {
            prop_assert!(set.remove(*ordinal));
        }
        check(&set, &Model::new())?;
        prop_assert_eq!(set, Bits::new());
    }

    #[test]
    fn algebra_is_that_of_a_tree((left, left_model, right, right_model) in pairs()) {
        let union: Model = &left_model | &right_model;
        let intersection: Model = &left_model & &right_model;
        let difference: Model = &left_model - &right_model;
        let (mut united, mut common, mut rest) = (left.clone(), left.clone(), left.clone());
        united.union_with(&right);
        common.intersect_with(&right);
        rest.subtract(&right);
        check(&united, &union)?;
        check(&common, &intersection)?;
        check(&rest, &difference)?;
        let (mut united, mut common, mut rest) = (bits(&left_model), bits(&left_model), bits(&left_model));
        united.union_with(&right); // sets that nobody shares
        common.intersect_with(&right);
        rest.subtract(&right);
        check(&united, &union)?;
        check(&common, &intersection)?;
        check(&rest, &difference)?;
        check(&right, &right_model)?;
        prop_assert_eq!(left.intersection_len(&right) as usize, intersection.len());
        prop_assert_eq!(left.difference_len(&right) as usize, difference.len());
        prop_assert_eq!(left.is_disjoint(&right), intersection.is_empty());
        prop_assert_eq!(left.is_subset(&right), difference.is_empty());
        prop_assert!(common.is_subset(&left) && left.is_subset(&united) && rest.is_disjoint(&right));
        prop_assert_eq!(left == right, left_model == right_model);
        check(&left, &left_model)?;
    }

    #[test]
    fn expressions_are_those_of_trees((expression, model) in expressions()) {
        check(&expression.evaluate(), &model)?;
    }

    #[test]
    fn iteration_starts_anywhere(model in models(), start in prop_oneof![0_u32..40_000, 0_u32..5_000_000]) {
        let set = bits(&model);
        let near = model.range(start..).next().copied().unwrap_or(start);
        for start in [start, near, near.saturating_add(1)] {
            prop_assert!(set.iter_from(start).eq(model.range(start..).copied()));
        }
    }

    #[test]
    fn a_range_is_its_members(start in 0_u32..40_000, length in prop_oneof![0_u32..70, 0_u32..40_000]) {
        check(&Bits::from_range(start..start + length), &(start..start + length).collect())?;
    }

    #[test]
    fn roaring_bitmaps_come_and_go_unchanged(model in models()) {
        let bitmap: RoaringBitmap = model.iter().copied().collect();
        let set = Bits::from_roaring(&bitmap);
        check(&set, &model)?;
        prop_assert_eq!(set.to_roaring(), bitmap);
    }

    #[test]
    fn stored_chunks_give_the_same_set_back((mut left, _, right, right_model) in pairs()) {
        let mut stored = Bits::new();
        for (number, bytes) in right.chunks() {
            prop_assert_eq!(right.chunk(number), Some(bytes.clone()));
            prop_assert!(stored.set_chunk(number, &bytes));
        }
        check(&stored, &right_model)?;
        for number in left.changed_chunks(&right) {
            let bytes = right.chunk(number).unwrap_or_else(|| vec![0]);
            prop_assert!(left.set_chunk(number, &bytes));
        }
        check(&left, &right_model)?;
    }

    #[test]
    fn bytes_are_read_only_in_the_form_that_is_written(
        tag in 0_u8..3,
        body in prop_oneof![vec(any::<u8>(), 0..140), vec(prop_oneof![Just(0), any::<u8>()], 1_022..1_030)],
    ) {
        let bytes: Vec<u8> = [tag].into_iter().chain(body).collect();
        let before = Bits::from_range(0..100);
        let mut set = before.clone();
        if set.set_chunk(0, &bytes) {
            prop_assert_eq!(set.chunk(0).unwrap_or_else(|| vec![0]), bytes);
        } else {
            prop_assert_eq!(set, before);
        }
    }
}

#[test]
fn unreadable_chunks_are_refused() {
    let words = |count: usize| [&[1_u8][..], &[0xff; 64], &vec![0; count - 64]].concat();
    let unreadable: [&[u8]; 9] = [
        &[],
        &[2],
        &[1],
        &[0, 5],
        &[0, 5, 0, 5, 0],
        &[0, 5, 0, 4, 0],
        &[0, 0, 0x20],
        &words(1_023),
        &[&[1][..], &[1; 511], &[0; 513]].concat(),
    ];
    let mut set = Bits::new();
    for bytes in unreadable {
        assert!(!set.set_chunk(3, bytes), "{bytes:?}");
    }
    assert!(!set.set_chunk(1 << 19, &[0, 5, 0]));
    assert!(set.is_empty());
    assert!(set.set_chunk((1 << 19) - 1, &[0, 0xff, 0x1f]));
    assert!(set.set_chunk(3, &words(1_024)));
    assert_eq!((set.len(), set.first()), (513, Some(3 * 8_192)));
    assert!(set.set_chunk(3, &[0]));
    assert_eq!(set, Bits::from_iter([u32::MAX]));
}

#[test]
fn results_share_memory_with_their_operands() {
    let million = Bits::from_range(0..1_000_000);
    let few = Bits::from_iter([5, 70_000, 999_999]);
    assert!(Arc::ptr_eq(&million.union(&few).chunks, &million.chunks));
    assert!(Arc::ptr_eq(&million.intersection(&few).chunks, &few.chunks));
    assert!(Arc::ptr_eq(
        &million.difference(&Bits::new()).chunks,
        &million.chunks
    ));
    let fewer = million.difference(&few);
    let shared = |left: &Bits, right: &Bits| {
        let both = left.chunks.iter().zip(&*right.chunks);
        both.filter(|((_, left), (_, right))| Arc::ptr_eq(left, right))
            .count()
    };
    assert_eq!(fewer.len(), 999_997);
    assert_eq!(shared(&fewer, &million), 123 - 3);
    let mut one_less = million.clone();
    assert!(one_less.remove(8_192));
    assert_eq!(shared(&one_less, &million), 123 - 1);
}

#[test]
fn the_debug_form_lists_few_members_and_counts_many() {
    assert_eq!(format!("{:?}", Bits::from_iter([7, 3])), "{3, 7}");
    assert_eq!(format!("{:?}", Bits::from_range(0..33)), "{33 ordinals}");
}
