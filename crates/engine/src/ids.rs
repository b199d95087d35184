//! Random object ids.

use aws_lc_rs::rand;
use uuid::{Builder, Uuid};

/// Ids made per call to the system's random numbers.
const IDS_PER_CALL: usize = 256;

/// Makes version 4 GUIDs.
#[derive(Default)]
pub struct Ids {
    bytes: Vec<u8>,
}

impl Ids {
    /// A new id.
    pub fn next(&mut self) -> Uuid {
        if self.bytes.len() < 16 {
            self.bytes.resize(16 * IDS_PER_CALL, 0);
            #[expect(
                clippy::expect_used,
                reason = "a system without random numbers cannot make ids that are unique"
            )]
            rand::fill(&mut self.bytes).expect("the system gives random numbers");
        }
        let rest = self.bytes.split_off(self.bytes.len() - 16);
        let mut random = [0; 16];
        random.copy_from_slice(&rest);
        Builder::from_random_bytes(random).into_uuid()
    }
}
