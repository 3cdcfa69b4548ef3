//! Writes down why edges are drawn and why others are not, for `metahost explain`.

use metahost_model::RecordKind;
use metahost_store::Change;

use super::admit::Stop;
use super::{Pipeline, now};
use crate::incoming::{Incoming, Receipt};
use crate::reasons::{How, Reason};

impl Pipeline {
    /// Why an edge is drawn; none for other records.
    pub(super) fn reason_of(&mut self, incoming: &Incoming) -> Option<Change> {
        let Incoming { receipt, how, told_as, .. } = incoming;
        self.note_reason(receipt, *how, told_as.clone(), None)
    }

    /// Why an edge is not drawn.
    pub(super) fn note_absence(&mut self, receipt: &Receipt, stop: &Stop) {
        let why = match stop {
            Stop::Filtered(reason) if reason == "duplicate" => return,
            Stop::Filtered(reason) | Stop::LeftOut(reason) => reason.clone(),
            Stop::Rejected { reason, message } => format!("{reason}: {message}"),
            Stop::Unchanged | Stop::Later => return,
        };
        let change = self.note_reason(receipt, How::Told, None, Some(why));
        self.identity.changes.extend(change);
    }

    fn note_reason(
        &mut self,
        receipt: &Receipt,
        how: How,
        told_as: Option<(String, String)>,
        absent: Option<String>,
    ) -> Option<Change> {
        if receipt.kind != RecordKind::Edge || !self.keeps_state() {
            return None;
        }
        let reason = Reason { asset: self.options.asset.clone(), at: now(), how, told_as, absent };
        self.reasons.note(self.store.as_ref(), &receipt.key, &self.options.source, &reason)
    }
}
