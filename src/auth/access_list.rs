//! IP access lists: whether a credential may be used from an address.

use std::net::IpAddr;

use crate::error::{ApiError, ErrorCode};
use crate::model::organization::Organization;
use crate::world::store::Principal;

/// Refuses an address that the caller's list does not hold, and a caller without a list where the
/// organization requires one.
pub(crate) fn check(
    caller: &Principal,
    organization: Option<&Organization>,
    address: IpAddr,
) -> Result<(), ApiError> {
    let list = &caller.access_list;
    if list.is_empty() {
        let required = organization.is_some_and(|organization| organization.require_ip_access_list);
        return if required {
            Err(ApiError::of(ErrorCode::OrgRequiresAccessList, address))
        } else {
            Ok(())
        };
    }
    let listed = list.iter().any(|range| range.contains(address));
    if listed {
        Ok(())
    } else {
        Err(ApiError::of(ErrorCode::IpNotOnAccessList, address))
    }
}
