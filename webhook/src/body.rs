//! Reads a request body, counted and timed.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, Instant},
};

/// A body that was read, and the room in memory that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    /// The body.
    pub(crate) bytes: Vec<u8>,
    room: OwnedSemaphorePermit,
}

/// Why a body was not read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// It is, or says that it will be, larger than the limit.
    TooLarge,
    /// It did not arrive in time.
    TooSlow,
    /// The bodies that are held already leave no room for it.
    NoRoom,
    /// The connection broke.
    Broken,
}

/// Reads `body` to its end, at most `limit` bytes of it, until `deadline`. Each byte takes a permit of `room`.
pub(crate) async fn read<B>(body: B, limit: usize, room: &Arc<Semaphore>, deadline: Instant) -> Result<Held, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    time::timeout_at(deadline, collect(body, limit, room)).await.unwrap_or(Err(BodyError::TooSlow))
}

async fn collect<B>(mut body: B, limit: usize, room: &Arc<Semaphore>) -> Result<Held, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    // A Content-Length over the limit is refused before anything is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut held = Held { bytes: Vec::new(), room: take(room, 0)? };
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if held.bytes.len() + data.len() > limit {
            return Err(BodyError::TooLarge);
        }
        // Room is taken for what has come and not for what was announced: announcing costs a client nothing.
        held.room.merge(take(room, data.len())?);
        held.bytes.extend_from_slice(&data);
    }
    Ok(held)
}

fn take(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, BodyError> {
    let permits = u32::try_from(bytes).map_err(|_| BodyError::NoRoom)?;
    Arc::clone(room).try_acquire_many_owned(permits).map_err(|_| BodyError::NoRoom)
}
