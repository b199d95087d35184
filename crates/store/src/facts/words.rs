//! Sources of licenses and verdicts of groups as words in columns.

use std::borrow::Cow;

use zetel_domain::{
    assignment::{Source, Verdict, Violation},
    group::GroupOrdinal,
    product::ProductOrdinal,
};

/// Stands for a license that no group gave.
const NO_GROUP: i64 = -1;

const DIRECT: &str = "Direct";
const ENDING: &str = "Ending";
const ACTIVE: &str = "Active";
const FALLBACK: &str = "Fallback:";

/// The group that gave a license, or -1.
pub fn group_of(source: Source) -> i64 {
    source.group().map_or(NO_GROUP, |group| group.0.into())
}

/// `Direct`, `Ending`, or Graph's word for why a license could not be taken away.
pub const fn state_of(source: Source) -> &'static str {
    match source {
        Source::Direct => DIRECT,
        Source::Kept { violation, .. } => violation.as_str(),
        Source::Ending { .. } => ENDING,
    }
}

/// The source with this group and state, if there can be one.
pub fn source(group: i64, state: &str) -> Option<Source> {
    let group = match group {
        NO_GROUP => None,
        ordinal => Some(GroupOrdinal(u32::try_from(ordinal).ok()?)),
    };
    match (group, state) {
        (None, DIRECT) => Some(Source::Direct),
        (group, ENDING) => Some(Source::Ending { group }),
        (Some(group), word) => Some(Source::Kept {
            group,
            violation: Violation::parse(word)?,
        }),
        (None, _) => None,
    }
}

/// `Active`, `Fallback:` and the product that is given instead, or Graph's word for why a product could not be given.
pub fn verdict_word(verdict: Verdict) -> Cow<'static, str> {
    match verdict {
        Verdict::Active => ACTIVE.into(),
        Verdict::Fallback(instead) => format!("{FALLBACK}{}", instead.0).into(),
        Verdict::Failed(violation) => violation.as_str().into(),
    }
}

/// The verdict with this word.
pub fn verdict(word: &str) -> Option<Verdict> {
    match word.strip_prefix(FALLBACK) {
        Some(product) => {
            let verdict = Verdict::Fallback(ProductOrdinal(product.parse().ok()?));
            // `+7` and `007` are no words of ours.
            (verdict_word(verdict) == word).then_some(verdict)
        }
        None if word == ACTIVE => Some(Verdict::Active),
        None => Violation::parse(word).map(Verdict::Failed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let group = GroupOrdinal(7);
        let kept = Violation::ALL.map(|violation| Source::Kept { group, violation });
        let ending = [None, Some(group)].map(|group| Source::Ending { group });
        for one in [Source::Direct].into_iter().chain(kept).chain(ending) {
            assert_eq!(source(group_of(one), state_of(one)), Some(one));
        }
        let failed = Violation::ALL.map(Verdict::Failed);
        let fallback = [0, 7, u16::MAX].map(|product| Verdict::Fallback(ProductOrdinal(product)));
        for one in [Verdict::Active].into_iter().chain(failed).chain(fallback) {
            assert_eq!(verdict(&verdict_word(one)), Some(one));
        }
    }

    #[test]
    fn nothing_else_is_read() {
        let sources = [
            (7, "Direct"),
            (-1, "Other"),
            (-2, "Ending"),
            (7, "ending"),
            (1 << 32, "Other"),
        ];
        for (group, state) in sources {
            assert_eq!(source(group, state), None, "{group} {state}");
        }
        for word in [
            "",
            "active",
            "Fallback:",
            "Fallback:07",
            "Fallback:65536",
            "Fallback:+7",
        ] {
            assert_eq!(verdict(word), None, "{word}");
        }
    }
}
