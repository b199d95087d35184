//! In which order the requests of a batch run.

/// The order of the array, except that each comes after those it depends on. `dependencies` says for each place which
/// places it depends on.
///
/// # Errors
///
/// The places that can never run, since they lead into a circle.
pub(super) fn order(dependencies: &[&[usize]]) -> Result<Vec<usize>, Vec<usize>> {
    let mut order: Vec<usize> = Vec::with_capacity(dependencies.len());
    loop {
        let mut waiting = dependencies
            .iter()
            .enumerate()
            .filter(|(place, _)| !order.contains(place));
        let is_ready = |needed: &[usize]| needed.iter().all(|place| order.contains(place));
        match waiting.clone().find(|(_, needed)| is_ready(needed)) {
            Some((place, _)) => order.push(place),
            None if waiting.next().is_none() => return Ok(order),
            None => break,
        }
    }
    let stuck = (0..dependencies.len()).filter(|place| !order.contains(place));
    Err(stuck.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    fn of(dependencies: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
        let dependencies: Vec<&[usize]> = dependencies.iter().map(Vec::as_slice).collect();
        order(&dependencies)
    }

    /// Whether a place leads into a circle, found by following everything it depends on for as many steps as there are
    /// places.
    fn leads_into_a_circle(dependencies: &[Vec<usize>], place: usize) -> bool {
        let mut reached = vec![place];
        for _ in dependencies {
            reached = reached
                .iter()
                .flat_map(|place| dependencies[*place].clone())
                .collect();
            reached.sort_unstable();
            reached.dedup();
        }
        !reached.is_empty()
    }

    #[test]
    fn as_in_the_array_where_nothing_else_is_said() {
        assert_eq!(of(&[vec![], vec![], vec![]]), Ok(vec![0, 1, 2]));
        assert_eq!(of(&[vec![2], vec![], vec![]]), Ok(vec![1, 2, 0]));
        assert_eq!(of(&[vec![], vec![0, 0], vec![1, 0]]), Ok(vec![0, 1, 2]));
        assert_eq!(of(&[]), Ok(vec![]));
    }

    #[test]
    fn circles() {
        assert_eq!(of(&[vec![0]]), Err(vec![0]));
        assert_eq!(of(&[vec![2], vec![], vec![3], vec![0]]), Err(vec![0, 2, 3]));
        assert_eq!(of(&[vec![1], vec![1], vec![]]), Err(vec![0, 1]));
    }

    fn graphs() -> impl Strategy<Value = Vec<Vec<usize>>> {
        (1_usize..=20).prop_flat_map(|length| vec(vec(0..length, 0..3), length))
    }

    proptest! {
        #[test]
        fn each_runs_once_and_after_what_it_needs_or_leads_into_a_circle(graph in graphs()) {
            let stuck: Vec<usize> = (0..graph.len())
                .filter(|place| leads_into_a_circle(&graph, *place))
                .collect();
            match of(&graph) {
                Err(found) => prop_assert_eq!(found, stuck),
                Ok(order) => {
                    prop_assert!(stuck.is_empty());
                    let mut sorted = order.clone();
                    sorted.sort_unstable();
                    prop_assert_eq!(sorted, (0..graph.len()).collect::<Vec<_>>());
                    let rank = |place: usize| order.iter().position(|other| *other == place);
                    for (place, needed) in graph.iter().enumerate() {
                        prop_assert!(needed.iter().all(|other| rank(*other) < rank(place)));
                    }
                }
            }
        }
    }
}
