//! Usage locations: ISO 3166-1 alpha-2 country codes.

use std::{fmt, str};

use minicbor::{Decode, Encode};

/// A country code that ISO 3166-1 assigns, in capitals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Location(#[cbor(n(0), with = "minicbor::bytes")] [u8; 2]);

/// The codes that ISO 3166-1 assigns (2026).
const ASSIGNED: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ \
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH \
GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB \
LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM \
PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG \
TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// One bit per second letter, by first letter.
const BITS: [u32; 26] = {
    let (codes, mut bits, mut place) = (ASSIGNED.as_bytes(), [0; 26], 0);
    while place + 1 < codes.len() {
        bits[(codes[place] - b'A') as usize] |= 1 << (codes[place + 1] - b'A');
        place += 3;
    }
    bits
};

impl Location {
    /// Reads a code in any case; nothing if ISO 3166-1 does not assign it.
    pub fn parse(text: &str) -> Option<Self> {
        let [first, second]: [u8; 2] = text.as_bytes().try_into().ok()?;
        let (first, second) = (first.to_ascii_uppercase(), second.to_ascii_uppercase());
        let seconds = BITS.get(usize::from(first.checked_sub(b'A')?))?;
        let is_assigned = second.is_ascii_uppercase() && seconds >> (second - b'A') & 1 == 1;
        is_assigned.then_some(Self([first, second]))
    }

    /// The two letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_assigned_codes_are_locations() {
        assert_eq!(Location::parse("nl").unwrap().as_str(), "NL");
        assert_eq!(ASSIGNED.split_ascii_whitespace().count(), 249);
        for wrong in ["", "N", "NLD", "XX", "ZZ", "é", "  "] {
            assert_eq!(Location::parse(wrong), None, "{wrong}");
        }
    }
}
