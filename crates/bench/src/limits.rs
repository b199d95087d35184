//! What the machine itself can do: the measure of everything else.

use std::{
    fs::{self, OpenOptions},
    hint::black_box,
    io::Write,
    path::Path,
    time::{Duration, Instant},
};

use crate::{error::BenchError, population::Draw, stats::figure};

/// Bytes appended before each flush: about what one small change must write.
const APPENDED: [u8; 200] = [0x5a; 200];
const COPIED: usize = 256 << 20;
/// Bytes that random loads come from.
const CHASED: usize = 64 << 20;
const LOADS: u64 = 2_000_000;

/// Appends of 200 bytes per second, each flushed to the disk before the next.
pub fn append_and_flush(folder: &Path, time: Duration) -> Result<f64, BenchError> {
    let path = folder.join("appended");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let begun = Instant::now();
    let mut count = 0;
    while begun.elapsed() < time {
        file.write_all(&APPENDED)?;
        file.sync_data()?;
        count += 1;
    }
    let rate = figure(count) / begun.elapsed().as_secs_f64();
    fs::remove_file(path)?;
    Ok(rate)
}

/// Bytes per second copied from memory to memory.
pub struct MemoryCopy {
    from: Vec<u8>,
    to: Vec<u8>,
}

impl MemoryCopy {
    /// Takes the memory, so that a measurement does not wait for it.
    pub fn new() -> Self {
        Self {
            from: vec![1; COPIED],
            to: vec![2; COPIED],
        }
    }

    /// Copies once.
    pub fn rate(&mut self) -> f64 {
        let begun = Instant::now();
        self.to.copy_from_slice(black_box(&self.from));
        black_box(&self.to);
        figure(COPIED as u64) / begun.elapsed().as_secs_f64()
    }
}

/// Loads of which each needs the one before, at random places of 64 MiB: what a look at any record costs at least.
pub struct RandomLoads {
    /// At each place the next one, in one cycle over all.
    next: Vec<u64>,
    at: u64,
}

impl RandomLoads {
    /// Makes the cycle.
    pub fn new() -> Self {
        let mut next: Vec<u64> = (0..).take(CHASED / size_of::<u64>()).collect();
        let mut draw = Draw::new(17);
        for place in (1..next.len()).rev() {
            next.swap(place, draw.below(place)); // never with itself, so that one cycle is left
        }
        Self { next, at: 0 }
    }

    /// Seconds per load.
    pub fn time(&mut self) -> f64 {
        let begun = Instant::now();
        for _ in 0..LOADS {
            let at = usize::try_from(self.at).unwrap_or_default();
            self.at = self.next.get(at).copied().unwrap_or_default();
        }
        black_box(self.at);
        begun.elapsed().as_secs_f64() / figure(LOADS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_loads_go_everywhere() {
        let loads = RandomLoads::new();
        let (mut at, mut steps) = (0, 0);
        loop {
            at = loads.next[usize::try_from(at).unwrap()];
            steps += 1;
            if at == 0 {
                break;
            }
        }
        assert_eq!(steps, loads.next.len());
    }

    #[test]
    fn limits_are_measured() {
        let folder = tempfile::tempdir().unwrap();
        assert!(append_and_flush(folder.path(), Duration::from_millis(5)).unwrap() > 0.0);
        assert!(MemoryCopy::new().rate() > 0.0);
        assert!(RandomLoads::new().time() > 0.0);
    }
}
