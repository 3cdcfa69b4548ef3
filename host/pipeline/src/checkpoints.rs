//! How far each split may be resumed: a cursor is durable only after all that its split emitted before it is settled, and
//! never after something before it failed that another try could still bring home.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Where in its split a record was emitted.
#[derive(Debug, Clone)]
pub(crate) struct Position {
    split: Arc<str>,
    segment: u64,
}

impl Position {
    /// The split.
    pub(crate) fn split(&self) -> &Arc<str> {
        &self.split
    }
}

/// The cursors of all splits.
#[derive(Debug, Default)]
pub(crate) struct Checkpoints {
    splits: HashMap<Arc<str>, Split>,
    /// Whether a checkpoint was set.
    set: bool,
    ripe: Vec<(Arc<str>, Vec<u8>)>,
}

/// What a split emitted, cut at its checkpoints.
#[derive(Debug, Default)]
struct Split {
    first: u64,
    segments: VecDeque<Segment>,
    /// The first segment in which something failed that is worth another try.
    held: Option<u64>,
}

#[derive(Debug, Default)]
struct Segment {
    open: u64,
    cursor: Option<Vec<u8>>,
}

impl Checkpoints {
    /// A record was emitted.
    pub(crate) fn open(&mut self, split: &Arc<str>) -> Position {
        let state = self.splits.entry(Arc::clone(split)).or_default();
        let segment = state.last();
        segment.open += 1;
        let segment = state.first + state.segments.len() as u64 - 1;
        Position { split: Arc::clone(split), segment }
    }

    /// Something else that comes of the same record must be settled, too.
    pub(crate) fn again(&mut self, at: &Position) -> Position {
        if let Some(segment) = self.segment(at) {
            segment.open += 1;
        }
        at.clone()
    }

    /// Whether something failed that is worth another try.
    pub(crate) fn holds(&self) -> bool {
        self.splits.values().any(|state| state.held.is_some())
    }

    /// Whether the source goes on next time from where it is now.
    pub(crate) fn are_set(&self) -> bool {
        self.set
    }

    fn segment(&mut self, at: &Position) -> Option<&mut Segment> {
        let state = self.splits.get_mut(&at.split)?;
        let index = usize::try_from(at.segment.checked_sub(state.first)?).ok()?;
        state.segments.get_mut(index)
    }

    /// A checkpoint was set.
    pub(crate) fn set(&mut self, split: &Arc<str>, cursor: Vec<u8>) {
        let state = self.splits.entry(Arc::clone(split)).or_default();
        state.last().cursor = Some(cursor);
        self.set = true;
        self.ripe.extend(state.ripen().map(|cursor| (Arc::clone(split), cursor)));
    }

    /// A record is settled.
    pub(crate) fn close(&mut self, at: &Position, is_worth_a_retry: bool) {
        if let Some(segment) = self.segment(at) {
            segment.open = segment.open.saturating_sub(1);
        }
        let Some(state) = self.splits.get_mut(&at.split) else { return };
        if is_worth_a_retry {
            state.held = Some(state.held.map_or(at.segment, |held| held.min(at.segment)));
        }
        self.ripe.extend(state.ripen().map(|cursor| (Arc::clone(&at.split), cursor)));
    }

    /// The cursors that may be kept now.
    pub(crate) fn take_ripe(&mut self) -> Vec<(Arc<str>, Vec<u8>)> {
        std::mem::take(&mut self.ripe)
    }
}

impl Split {
    /// The segment that is still being filled.
    fn last(&mut self) -> &mut Segment {
        if self.segments.back().is_none_or(|segment| segment.cursor.is_some()) {
            self.segments.push_back(Segment::default());
        }
        let last = self.segments.len() - 1;
        &mut self.segments[last]
    }

    /// Drops what is settled; the newest cursor of it, if the split may go on from there.
    fn ripen(&mut self) -> Option<Vec<u8>> {
        let mut newest = None;
        while self.segments.front().is_some_and(|segment| segment.open == 0 && segment.cursor.is_some()) {
            let cursor = self.segments.pop_front().and_then(|segment| segment.cursor);
            newest = cursor.filter(|_| self.held.is_none_or(|held| self.first < held)).or(newest);
            self.first += 1;
        }
        newest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursors(checkpoints: &mut Checkpoints) -> Vec<Vec<u8>> {
        checkpoints.take_ripe().into_iter().map(|(_, cursor)| cursor).collect()
    }

    #[test]
    fn a_cursor_waits_for_all_before_it_and_nothing_after_it() {
        let (mut all, split) = (Checkpoints::default(), Arc::from("s"));
        let (a, b) = (all.open(&split), all.open(&split));
        all.set(&split, vec![1]);
        let c = all.open(&split);
        all.close(&b, false);
        assert!(cursors(&mut all).is_empty());
        all.close(&a, false);
        assert_eq!(cursors(&mut all), [[1]]);
        all.set(&split, vec![2]);
        assert!(cursors(&mut all).is_empty());
        all.close(&c, false);
        assert_eq!(cursors(&mut all), [[2]]);
    }

    #[test]
    fn an_overtaken_cursor_waits_for_the_one_before() {
        let (mut all, split) = (Checkpoints::default(), Arc::from("s"));
        let a = all.open(&split);
        all.set(&split, vec![1]);
        let b = all.open(&split);
        all.set(&split, vec![2]);
        all.close(&b, false);
        assert!(cursors(&mut all).is_empty());
        all.close(&a, false);
        assert_eq!(cursors(&mut all), [[2]]);
    }

    #[test]
    fn what_is_worth_a_retry_holds_its_split_and_no_other() {
        let (mut all, split, other) = (Checkpoints::default(), Arc::from("s"), Arc::from("o"));
        let a = all.open(&split);
        all.close(&a, true);
        all.set(&split, vec![1]);
        all.set(&other, vec![2]);
        assert_eq!(cursors(&mut all), [[2]]);
    }
}
