//! Pack directories: the contents that cluster objects only refer to.
