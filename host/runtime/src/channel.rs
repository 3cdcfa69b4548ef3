//! The way from guests to the pipeline, bounded in bytes: a slow catalog slows the plugins down.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures::Stream;
use metahost_model::Event;
use tokio::sync::{Semaphore, mpsc};

/// One permit stands for so many bytes.
const UNIT: u64 = 1024;

/// The guests' end.
#[derive(Clone)]
pub struct EventSender {
    queue: mpsc::UnboundedSender<(Event, u32)>,
    room: Arc<Semaphore>,
    capacity: u32,
}

/// The pipeline's end: a stream that ends when every sender is gone.
pub struct EventReceiver {
    queue: mpsc::UnboundedReceiver<(Event, u32)>,
    room: Arc<Semaphore>,
}

/// A channel that holds at most `bytes` of records, or one batch if that alone is larger.
pub fn channel(bytes: u64) -> (EventSender, EventReceiver) {
    let capacity = u32::try_from((bytes / UNIT).max(1)).unwrap_or(u32::MAX >> 3);
    let room = Arc::new(Semaphore::new(capacity as usize));
    // Unbounded in items because the semaphore bounds the bytes, and every event costs at least one unit.
    let (sender, receiver) = mpsc::unbounded_channel();
    (EventSender { queue: sender, room: Arc::clone(&room), capacity }, EventReceiver { queue: receiver, room })
}

/// The pipeline is gone: nothing can be sent any more.
#[derive(Debug)]
pub(crate) struct Closed;

impl EventSender {
    /// Waits for room and sends.
    pub(crate) async fn send(&self, event: Event, bytes: u64) -> Result<(), Closed> {
        let units = u32::try_from(bytes / UNIT + 1).unwrap_or(u32::MAX).min(self.capacity);
        let permit = self.room.acquire_many(units).await.map_err(|_| Closed)?;
        permit.forget();
        self.queue.send((event, units)).map_err(|_| Closed)
    }
}

impl Stream for EventReceiver {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.queue.poll_recv(context).map(|received| {
            received.map(|(event, units)| {
                self.room.add_permits(units as usize);
                event
            })
        })
    }
}

impl Drop for EventReceiver {
    fn drop(&mut self) {
        // Wakes the senders that wait for room: nobody will make any.
        self.room.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::time::Duration;
    use futures::StreamExt;

    fn event() -> Event {
        Event::Ended { split: "s".into(), failure: None }
    }

    #[tokio::test]
    async fn a_full_channel_makes_the_sender_wait() {
        let (sender, mut receiver) = channel(4 * UNIT);
        sender.send(event(), 3 * UNIT).await.unwrap();
        let second = sender.send(event(), 2 * UNIT);
        tokio::pin!(second);
        assert!(tokio::time::timeout(Duration::from_millis(20), &mut second).await.is_err());
        receiver.next().await.unwrap();
        second.await.unwrap();
    }

    #[tokio::test]
    async fn a_batch_larger_than_the_channel_passes_alone() {
        let (sender, mut receiver) = channel(UNIT);
        sender.send(event(), 100 * UNIT).await.unwrap();
        assert!(receiver.next().await.is_some());
    }

    #[tokio::test]
    async fn a_waiting_sender_learns_that_nobody_reads() {
        let (sender, receiver) = channel(UNIT);
        sender.send(event(), 0).await.unwrap();
        let waiting = tokio::spawn(async move { sender.send(event(), 0).await });
        tokio::time::sleep(Duration::from_millis(5)).await;
        drop(receiver);
        assert!(waiting.await.unwrap().is_err());
    }
}
