//! Turns a list of random numbers into decisions, so that every random case shrinks.

use std::{iter, thread};

use proptest::{
    strategy::{NewTree, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestError, TestRunner},
};

/// So many numbers are drawn for one case; a generator that asks for more gets zeros.
const LENGTH: usize = 400;

/// What a run draws from unless `PROPTEST_RNG_SEED` says otherwise: the same cases on every machine.
const SEED: u64 = 20_260_930;

/// The cases are shared out among so many threads, each with its own random numbers.
const LANES: u32 = 4;

/// Runs `property` on `cases` lists of choices; the message of a failure is about the smallest one that fails.
///
/// The cases are the same in every run. `PROPTEST_RNG_SEED=<number>` draws others, and `PROPTEST_CASES=<number>` draws
/// more (never fewer, because the tests also count what they have seen).
pub fn for_random_choices(cases: u32, property: impl Fn(&mut Choices) -> Result<(), String> + Sync) {
    // The default configuration has already read the environment.
    let mut config = Config { failure_persistence: None, rng_algorithm: RngAlgorithm::XorShift, ..Config::default() };
    config.cases = config.cases.max(cases).div_ceil(LANES);
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => SEED,
    };
    let run = &|lane: u32| {
        let rng_seed = RngSeed::Fixed(seed.wrapping_add(lane.into()));
        let mut runner = TestRunner::new(Config { rng_seed, ..config.clone() });
        runner.run(&AnyChoices, |mut choices| property(&mut choices).map_err(TestCaseError::fail))
    };
    let failures: Vec<_> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|lane| scope.spawn(move || run(lane))).collect();
        lanes.into_iter().filter_map(|lane| lane.join().expect("the runner catches panics").err()).collect()
    });
    match failures.first() {
        None => {}
        Some(TestError::Fail(reason, _)) => panic!("{reason}"),
        Some(TestError::Abort(reason)) => panic!("aborted: {reason}"),
    }
}

/// The lists of choices that follow from a seed: the same on every machine and in every run.
pub fn seeded(seed: u64) -> impl Iterator<Item = Choices> {
    let mut config = Config { failure_persistence: None, rng_algorithm: RngAlgorithm::XorShift, ..Config::default() };
    config.rng_seed = RngSeed::Fixed(seed);
    let mut runner = TestRunner::new(config);
    iter::from_fn(move || AnyChoices.new_tree(&mut runner).ok().map(|tree| tree.current()))
}

/// Random numbers that are used up one by one. When none is left, every choice is the first and simplest one.
#[derive(Clone, Debug)]
pub struct Choices {
    numbers: Vec<u16>,
    used: usize,
}

impl Choices {
    /// The choices that a fuzzer makes: one for each byte.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self { numbers: bytes.iter().map(|byte| u16::from(*byte)).collect(), used: 0 }
    }

    /// Whether there are numbers left.
    pub fn is_left(&self) -> bool {
        self.used < self.numbers.len()
    }

    /// One of the numbers below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        let number = self.numbers.get(self.used).copied().unwrap_or(0);
        self.used += 1;
        usize::from(number) % count
    }

    /// True in about `percent` of a hundred cases, and never when no number is left.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    /// One of `options`.
    pub fn one_of<T: Clone>(&mut self, options: &[T]) -> T {
        options[self.below(options.len())].clone()
    }

    /// The items of `list` in a random order.
    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = last - self.below(last + 1);
            list.swap(last, other);
        }
    }
}

/// Draws lists of choices.
#[derive(Debug)]
struct AnyChoices;

impl Strategy for AnyChoices {
    type Tree = ShrinkingChoices;
    type Value = Choices;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        use proptest::prelude::Rng;
        let mut bytes = [0_u8; 2 * LENGTH];
        runner.rng().fill_bytes(&mut bytes);
        let numbers = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        Ok(ShrinkingChoices { numbers, before: Vec::new(), step: Step::Cut(LENGTH / 2) })
    }
}

/// Makes a failing case smaller: first fewer numbers, then single numbers set to zero or halved.
struct ShrinkingChoices {
    numbers: Vec<u16>,
    before: Vec<u16>,
    step: Step,
}

enum Step {
    /// Drop so many numbers from the end.
    Cut(usize),
    /// Set the number at this place to zero.
    Clear(usize),
    /// Halve the number at this place.
    Halve(usize),
}

impl ValueTree for ShrinkingChoices {
    type Value = Choices;

    fn current(&self) -> Choices {
        Choices { numbers: self.numbers.clone(), used: 0 }
    }

    fn simplify(&mut self) -> bool {
        self.before.clone_from(&self.numbers);
        loop {
            match self.step {
                Step::Cut(0) => self.step = Step::Clear(0),
                Step::Cut(count) if count > self.numbers.len() => self.step = Step::Cut(count / 2),
                Step::Cut(count) => {
                    self.numbers.truncate(self.numbers.len() - count);
                    return true;
                }
                Step::Clear(place) if place >= self.numbers.len() => self.step = Step::Halve(0),
                Step::Clear(place) => {
                    self.step = Step::Clear(place + 1);
                    if self.numbers[place] != 0 {
                        self.numbers[place] = 0;
                        return true;
                    }
                }
                Step::Halve(place) if place >= self.numbers.len() => return false,
                Step::Halve(place) if self.numbers[place] == 0 => self.step = Step::Halve(place + 1),
                Step::Halve(place) => {
                    self.numbers[place] /= 2;
                    return true;
                }
            }
        }
    }

    fn complicate(&mut self) -> bool {
        if self.numbers == self.before {
            return false;
        }
        self.numbers.clone_from(&self.before);
        match self.step {
            Step::Cut(count) => self.step = Step::Cut(count / 2),
            Step::Halve(place) => self.step = Step::Halve(place + 1),
            Step::Clear(_) => {}
        }
        true
    }
}
