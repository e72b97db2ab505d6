"""The weekly digest and alerts: who must know what."""
