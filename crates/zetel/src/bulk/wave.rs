//! Puts rows that ask for the same together, without changing the order of one user's rows.

use std::collections::HashMap;

/// Groups tasks that may be done together, in the order in which the groups must be done. `key` names a task's user and
/// what it asks for. A user's second row comes in a later round than its first, so no user is twice in a group, and what
/// a user's rows ask for happens in their order.
pub fn grouped<T>(tasks: Vec<T>, key: impl Fn(&T) -> (String, String)) -> Vec<Vec<T>> {
    let mut rounds: HashMap<String, usize> = HashMap::new();
    let mut places: HashMap<(usize, String), usize> = HashMap::new();
    let mut groups: Vec<(usize, Vec<T>)> = Vec::new();
    for task in tasks {
        let (user, request) = key(&task);
        let round = rounds.entry(user).or_default();
        let place = *places.entry((*round, request)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some((_, group)) => group.push(task),
            None => groups.push((*round, vec![task])),
        }
        *round += 1;
    }
    // Stable: within a round the groups stay in the order of their first rows.
    groups.sort_by_key(|(round, _)| *round);
    groups.into_iter().map(|(_, group)| group).collect()
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn rows_of_one_user_keep_their_order() {
        let rows = [
            ("ann", "add"),
            ("ben", "remove"),
            ("ann", "remove"),
            ("cor", "add"),
            ("ben", "add"),
            ("ann", "add"),
        ];
        let groups = grouped(rows.to_vec(), |(user, request)| {
            ((*user).to_owned(), (*request).to_owned())
        });
        assert_eq!(
            groups,
            [
                vec![("ann", "add"), ("cor", "add")],
                vec![("ben", "remove")],
                vec![("ann", "remove")],
                vec![("ben", "add")],
                vec![("ann", "add")],
            ]
        );
    }
}
