//! Live objects of any kind: what orphans are found among, and what is scaled.
