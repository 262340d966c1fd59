//! What a state leaves one direction of a connection: when a chunk may go, and how much of it.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;

use super::{LinkFigures, LinkState};

/// Bytes of a segment on most networks.
const SEGMENT_BYTES: usize = 1460;
/// A lost segment is sent again after this, or after two delays if that is longer.
const RETRANSMISSION: Duration = Duration::from_millis(200);
/// A segment is lost at most so often in a row.
const LOSSES_IN_A_ROW: u32 = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Down,
}

/// What is left.
pub(super) struct Budget {
    figures: LinkFigures,
    answer_bytes: Option<u64>,
    chance: StdRng,
    /// When the last chunk is through at the rate.
    pub(super) free_at: Instant,
}

impl Budget {
    pub(super) fn of(state: LinkState, direction: Direction) -> Self {
        let figures = match state {
            LinkState::Slow { latency_ms, bytes_per_s } => {
                LinkFigures { latency_ms, bytes_per_second: bytes_per_s.max(1), ..LinkFigures::default() }
            }
            LinkState::Shaped(figures) => figures,
            LinkState::CutAfter { bytes } => LinkFigures { cut_after_bytes: Some(bytes), ..LinkFigures::default() },
            LinkState::CutAnswers => LinkFigures { cut_after_bytes: Some(0), ..LinkFigures::default() },
            _ => LinkFigures::default(),
        };
        let answer_bytes = figures.cut_after_bytes.filter(|_| direction == Direction::Down);
        let chance = StdRng::seed_from_u64(figures.seed.wrapping_add(u64::from(direction == Direction::Down)));
        Self { figures, answer_bytes, chance, free_at: Instant::now() }
    }

    /// When a chunk that comes now is at the other end.
    pub(super) fn due(&mut self, length: usize) -> Instant {
        let latency = Duration::from_millis(self.figures.latency_ms);
        let jitter = match self.figures.jitter_ms {
            0 => Duration::ZERO,
            most => Duration::from_millis(self.chance.random_range(0..=most)),
        };
        Instant::now() + latency + jitter + self.retransmission(length, latency)
    }

    /// How much later a chunk is for the segments of it that are lost.
    fn retransmission(&mut self, length: usize, latency: Duration) -> Duration {
        let loss = f64::from(self.figures.loss_percent.min(100)) / 100.0;
        if loss == 0.0 {
            return Duration::ZERO;
        }
        let segments = i32::try_from(length.div_ceil(SEGMENT_BYTES)).unwrap_or(i32::MAX);
        let any_lost = 1.0 - (1.0 - loss).powi(segments);
        let mut late = Duration::ZERO;
        let mut wait = RETRANSMISSION.max(latency * 2);
        let mut times = 0;
        while times < LOSSES_IN_A_ROW && self.chance.random_bool(if times == 0 { any_lost } else { loss }) {
            late += wait;
            wait *= 2;
            times += 1;
        }
        late
    }

    /// How much of a chunk may pass; books the time it takes.
    pub(super) fn allow(&mut self, length: usize) -> usize {
        if let Some(micros) = (length as u64 * 1_000_000).checked_div(self.figures.bytes_per_second) {
            self.free_at = Instant::now() + Duration::from_micros(micros);
        }
        match &mut self.answer_bytes {
            Some(left) => {
                let allowed = length.min(usize::try_from(*left).unwrap_or(usize::MAX));
                *left -= allowed as u64;
                allowed
            }
            None => length,
        }
    }
}
