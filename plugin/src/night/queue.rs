//! Batches on their way from the one who fills them to those who send them: bounded by weight, parallel between lanes,
//! in order within one.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often whoever waits looks whether to stop.
const POLL: Duration = Duration::from_millis(50);

/// The caller's wish to stop.
#[derive(Debug, PartialEq, Eq)]
pub struct Stopped;

/// A queue with lanes: of one lane, one item at a time is in somebody's hands.
pub struct Queue<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
    most: usize,
}

struct State<T> {
    waiting: VecDeque<(usize, usize, T)>,
    busy: Vec<bool>,
    /// Of what waits and what is in somebody's hands.
    weight: usize,
    closed: bool,
}

/// An item in somebody's hands; its lane moves on when this is dropped.
pub struct Turn<'q, T> {
    queue: &'q Queue<T>,
    weight: usize,
    /// The item's lane.
    pub lane: usize,
    /// The item.
    pub item: T,
}

impl<T> Drop for Turn<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.weight = state.weight.saturating_sub(self.weight);
        if let Some(busy) = state.busy.get_mut(self.lane) {
            *busy = false;
        }
        self.queue.changed.notify_all();
    }
}

impl<T> Queue<T> {
    /// An empty one, for lanes numbered from 0; `most` is the weight beyond which nothing more is taken in.
    pub fn new(lanes: usize, most: usize) -> Self {
        let state = State {
            waiting: VecDeque::new(),
            busy: vec![false; lanes],
            weight: 0,
            closed: false,
        };
        Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            most,
        }
    }

    /// Adds an item at the end of its lane; waits while the queue is full. An item alone is never too heavy.
    ///
    /// # Errors
    /// `stop` said so; the item is dropped.
    pub fn put(&self, lane: usize, weight: usize, item: T, stop: &dyn Fn() -> bool) -> Result<(), Stopped> {
        let full = |state: &State<T>| state.weight > 0 && state.weight.saturating_add(weight) > self.most;
        let mut state = self.wait_while(full, stop)?;
        state.weight = state.weight.saturating_add(weight);
        state.waiting.push_back((lane, weight, item));
        self.changed.notify_all();
        Ok(())
    }

    /// The oldest item of a lane that nobody works on; waits for one. None once the queue is closed and empty, or `stop`
    /// said so.
    pub fn take(&self, stop: &dyn Fn() -> bool) -> Option<Turn<'_, T>> {
        let none = |state: &State<T>| state.free().is_none() && !(state.closed && state.waiting.is_empty());
        let mut state = self.wait_while(none, stop).ok()?;
        let at = state.free()?;
        let (lane, weight, item) = state.waiting.remove(at)?;
        if let Some(busy) = state.busy.get_mut(lane) {
            *busy = true;
        }
        Some(Turn {
            queue: self,
            weight,
            lane,
            item,
        })
    }

    /// Waits until nothing waits and nobody works.
    ///
    /// # Errors
    /// `stop` said so: whoever worked may have let go of an item half done.
    pub fn drained(&self, stop: &dyn Fn() -> bool) -> Result<(), Stopped> {
        let working = |state: &State<T>| !state.waiting.is_empty() || state.busy.contains(&true);
        drop(self.wait_while(working, stop)?);
        if stop() { Err(Stopped) } else { Ok(()) }
    }

    /// Drops what waits; what is in somebody's hands goes on.
    pub fn clear(&self) {
        let mut state = self.state();
        let dropped: usize = state.waiting.drain(..).map(|(_, weight, _)| weight).sum();
        state.weight = state.weight.saturating_sub(dropped);
        self.changed.notify_all();
    }

    /// Nothing more comes: whoever takes ends once the queue is empty.
    pub fn close(&self) {
        self.state().closed = true;
        self.changed.notify_all();
    }

    fn wait_while(
        &self,
        condition: impl Fn(&State<T>) -> bool,
        stop: &dyn Fn() -> bool,
    ) -> Result<MutexGuard<'_, State<T>>, Stopped> {
        loop {
            // Asked without the lock: it may take its time, or the lock of something else.
            if stop() {
                return Err(Stopped);
            }
            let state = self.state();
            if !condition(&state) {
                return Ok(state);
            }
            let waited = self.changed.wait_timeout(state, POLL);
            let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if !condition(&state) {
                return Ok(state);
            }
        }
    }

    // Nothing is left half done under it.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// Where the oldest item is whose lane nobody works on.
    fn free(&self) -> Option<usize> {
        let free = |lane: usize| !self.busy.get(lane).copied().unwrap_or(false);
        self.waiting.iter().position(|(lane, ..)| free(*lane))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const GO_ON: &dyn Fn() -> bool = &|| false;

    #[test]
    fn a_lane_keeps_its_order_and_waits_for_no_other() {
        let queue = Queue::new(2, 100);
        for (lane, item) in [(0, 'a'), (0, 'b'), (1, 'c'), (0, 'd')] {
            queue.put(lane, 1, item, GO_ON).unwrap();
        }
        let first = queue.take(GO_ON).unwrap();
        let second = queue.take(GO_ON).unwrap();
        assert_eq!((first.item, second.item), ('a', 'c'), "b waits for a");
        assert!(queue.state().free().is_none());
        drop(first);
        assert_eq!(queue.take(GO_ON).unwrap().item, 'b');
        assert_eq!(queue.take(GO_ON).unwrap().item, 'd');
        assert_eq!(queue.drained(&|| true), Err(Stopped));
        drop(second);
        assert_eq!(queue.drained(&stop_after(1)), Err(Stopped), "let go of, not done");
        queue.drained(GO_ON).unwrap();
        queue.close();
        assert!(queue.take(GO_ON).is_none());
    }

    #[test]
    fn what_is_full_takes_nothing_until_somebody_is_done() {
        let queue = Queue::new(1, 10);
        queue.put(0, 99, 'a', GO_ON).unwrap();
        assert_eq!(queue.put(0, 1, 'b', &stop_after(3)), Err(Stopped));
        let turn = queue.take(GO_ON).unwrap();
        assert_eq!(queue.put(0, 1, 'b', &stop_after(3)), Err(Stopped), "it is still held");
        drop(turn);
        queue.put(0, 10, 'b', GO_ON).unwrap();
        queue.clear();
        queue.put(0, 10, 'c', GO_ON).unwrap();
        assert_eq!(queue.take(GO_ON).unwrap().item, 'c');
    }

    /// Asked so often, it says to stop.
    fn stop_after(questions: usize) -> impl Fn() -> bool {
        let asked = AtomicUsize::new(0);
        move || asked.fetch_add(1, Ordering::SeqCst) >= questions
    }

    #[test]
    fn many_threads_take_everything_once_and_in_order() {
        const LANES: usize = 5;
        let (queue, seen) = (Queue::new(LANES, 7), Mutex::new(vec![Vec::new(); LANES]));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    while let Some(turn) = queue.take(GO_ON) {
                        seen.lock().unwrap()[turn.lane].push(turn.item);
                    }
                });
            }
            for item in 0..1000_usize {
                queue.put(item % LANES, 1 + item % 3, item, GO_ON).unwrap();
            }
            queue.drained(GO_ON).unwrap();
            queue.close();
        });
        for (lane, items) in seen.into_inner().unwrap().into_iter().enumerate() {
            let expected: Vec<_> = (0..1000).filter(|item| item % LANES == lane).collect();
            assert_eq!(items, expected);
        }
    }
}
