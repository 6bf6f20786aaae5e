//! Chance that repeats itself: the same seed, the same numbers, on every machine.

/// A pseudo-random number generator (xorshift64*, Marsaglia 2003). Not for secrets.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice that fall the same way for the same seed.
    pub const fn new(seed: u64) -> Self {
        // Xorshift never leaves 0, and neighbouring seeds should not begin alike.
        Self(seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Any number.
    pub const fn roll(&mut self) -> u32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let [a, b, c, d, ..] = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// Any byte.
    pub const fn byte(&mut self) -> u8 {
        let [byte, ..] = self.roll().to_be_bytes();
        byte
    }

    /// A number below `limit`, which must not be 0.
    pub const fn below(&mut self, limit: u8) -> u8 {
        // The slight preference for small numbers does not matter here.
        let [.., byte] = (self.roll() % limit as u32).to_be_bytes();
        byte
    }

    /// True once in so many times.
    pub const fn one_in(&mut self, times: u32) -> bool {
        self.roll().is_multiple_of(times)
    }

    /// One of `choices`, which must be few and not none.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.roll() as usize % choices.len()]
    }
}
