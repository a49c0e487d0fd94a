//! Reads a request body, counted and timed.

use std::{mem, sync::Arc};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::alarm::Alarm;

/// A body that was read, and the room in memory that it takes until it is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    /// The body.
    pub(crate) bytes: Bytes,
    _room: OwnedSemaphorePermit,
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

/// Reads `body` to its end, at most `limit` bytes of it, until `alarm` rings. Each byte takes a permit of `room`.
pub(crate) async fn read<B>(
    body: B,
    limit: usize,
    room: &Arc<Semaphore>,
    mut alarm: Alarm<'_>,
) -> Result<Held, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    tokio::select! {
        biased;
        held = collect(body, limit, room) => held,
        () = alarm.rings() => Err(BodyError::TooSlow),
    }
}

async fn collect<B>(mut body: B, limit: usize, room: &Arc<Semaphore>) -> Result<Held, BodyError>
where
    B: Body<Data = Bytes> + Unpin,
{
    // A Content-Length over the limit is refused before anything is read.
    if body.size_hint().lower() > limit as u64 {
        return Err(BodyError::TooLarge);
    }
    let mut taken = take(room, 0)?;
    // Most bodies come in one piece, which is used where it was read.
    let (mut bytes, mut pieces) = (Bytes::new(), BytesMut::new());
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| BodyError::Broken)?.into_data() else { continue };
        if bytes.len() + pieces.len() + data.len() > limit {
            return Err(BodyError::TooLarge);
        }
        // Room is taken for what has come and not for what was announced: announcing costs a client nothing.
        taken.merge(take(room, data.len())?);
        if bytes.is_empty() && pieces.is_empty() {
            bytes = data;
        } else {
            pieces.extend_from_slice(&mem::take(&mut bytes));
            pieces.extend_from_slice(&data);
        }
    }
    let bytes = if pieces.is_empty() { bytes } else { pieces.freeze() };
    Ok(Held { bytes, _room: taken })
}

fn take(room: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, BodyError> {
    let permits = u32::try_from(bytes).map_err(|_| BodyError::NoRoom)?;
    Arc::clone(room).try_acquire_many_owned(permits).map_err(|_| BodyError::NoRoom)
}
