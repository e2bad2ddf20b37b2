//! The keys of `throttle`.

use crate::resources::api_gateway_method_settings::{BURST, RATE};
use crate::review::Meaning::Elsewhere;
use crate::spec::declaration::Absent::Required;
use crate::spec::declaration::{EVERYWHERE, keys, number};
use crate::spec::field::Given;

keys! {
    /// Limits of requests. API Gateway answers 429 to requests over them. See [Limits](../limits.md).
    ThrottleTable {
        /// Requests a second, on average.
        rate: Given<u32> = number(RATE, "requests a second"), Required("`rate = 50`"), EVERYWHERE, Elsewhere;
        /// Requests at once.
        burst: Given<u32> = number(BURST, "requests"), Required("`burst = 100`"), EVERYWHERE, Elsewhere;
    }
}
