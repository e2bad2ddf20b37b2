//! Each check of the authorizer, and cases that nothing else refuses.
