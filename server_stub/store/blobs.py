"""The server's files, with the one thing a laptop's shelf never does: removing bytes a person had erased."""

from __future__ import annotations

from sidumba_field.attachments import BlobDir


class ServerBlobs(BlobDir):
    """Files by SHA-256 under the data folder."""

    def remove(self, sha: str) -> None:
        """Remove a whole file and whatever there is of a part; nothing happens when there is none.

        Only for hashes no record refers to any more. Raises ``attachment.missing`` for what is no SHA-256.
        """
        with self._locked(sha):
            for path in (self._whole(sha), self._part(sha), self._record(sha)):
                path.unlink(missing_ok=True)
