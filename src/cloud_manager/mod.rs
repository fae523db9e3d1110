//! The Cloud Manager / Ops Manager API v1.0, below `/api/public/v1.0`; the migration link also below
//! `/api/atlas/v1.0`, as the documentation's sample request prints it.

pub(crate) mod migration_link;
pub(crate) mod organizations;
pub(crate) mod projects;
