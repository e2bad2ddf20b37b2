//! The lines of Lambda's own in a function's log, as CloudWatch has recorded them.
//!
//! Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html>.

use std::fmt::{Display, Formatter, Result};
use std::process::ExitStatus;
use std::time::Duration;

/// The end of an invocation or an initialisation, as far as Lambda itself reports it: an error that the function
/// answered with is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// It came to its end.
    Success,
    /// It was killed for its time.
    Timeout,
    /// The process failed; the type is such as `Runtime.ExitError`.
    Error(String),
}

impl Display for Status {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        match self {
            Self::Success => Ok(()),
            Self::Timeout => write!(formatter, "\tStatus: timeout"),
            Self::Error(kind) => write!(formatter, "\tStatus: error\tError Type: {kind}"),
        }
    }
}

/// The last line of an invocation.
pub struct Report<'a> {
    /// Lambda's request id.
    pub request_id: &'a str,
    /// From the event to the result.
    pub duration: Duration,
    /// The setting, in MB.
    pub memory_size: u64,
    /// The peak so far in MB, if the system reports it.
    pub max_memory_used: Option<u64>,
    /// The duration of the start, if this was the first invocation of the process.
    pub init: Option<Duration>,
    /// Its end.
    pub status: Status,
}

impl Display for Report<'_> {
    fn fmt(&self, formatter: &mut Formatter) -> Result {
        // Since August 2025 the initialisation is billed as well; see AWS's announcement on its Compute Blog.
        let billed = milliseconds(self.duration + self.init.unwrap_or_default()).ceil();
        write!(
            formatter,
            "END RequestId: {id}\nREPORT RequestId: {id}\tDuration: {:.2} ms\tBilled Duration: {billed:.0} ms\t\
             Memory Size: {} MB",
            milliseconds(self.duration),
            self.memory_size,
            id = self.request_id,
        )?;
        if let Some(used) = self.max_memory_used {
            write!(formatter, "\tMax Memory Used: {used} MB")?;
        }
        if let Some(init) = self.init {
            write!(formatter, "\tInit Duration: {:.2} ms", milliseconds(init))?;
        }
        writeln!(formatter, "{}", self.status)
    }
}

/// The phase in which a process was started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Phase {
    /// Before the invocation.
    Init,
    /// Once more within it, after that failed.
    Invoke,
}

/// The line of an initialisation that failed.
pub fn init_report(duration: Duration, phase: Phase, status: &Status) -> String {
    let phase = match phase {
        Phase::Init => "init",
        Phase::Invoke => "invoke",
    };
    let duration = milliseconds(duration);
    format!("INIT_REPORT Init Duration: {duration:.2} ms\tPhase: {phase}{status}\n")
}

/// Returns Lambda's message about a process that ended by itself.
pub fn exit(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(0), _) => "Runtime exited without providing a reason".to_owned(),
        (Some(code), _) => format!("Runtime exited with error: exit status {code}"),
        (None, signal) => {
            let name = match signal {
                Some(4) => "illegal instruction",
                Some(6) => "aborted",
                Some(8) => "floating point exception",
                Some(9) => "killed",
                Some(11) => "segmentation fault",
                Some(15) => "terminated",
                _ => return format!("Runtime exited with error: {status}"),
            };
            format!("Runtime exited with error: signal: {name}")
        }
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn a_cold_start_that_crashed_reads_as_recorded() {
        let report = Report {
            request_id: "5b3aa800-5ff2-4756-89f4-8b01418f8b79",
            duration: Duration::from_micros(1_248_310),
            memory_size: 128,
            max_memory_used: Some(94),
            init: Some(Duration::from_micros(293_050)),
            status: Status::Error("Runtime.ExitError".into()),
        };
        assert_eq!(
            report.to_string(),
            "END RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79\n\
             REPORT RequestId: 5b3aa800-5ff2-4756-89f4-8b01418f8b79\tDuration: 1248.31 ms\tBilled Duration: 1542 ms\t\
             Memory Size: 128 MB\tMax Memory Used: 94 MB\tInit Duration: 293.05 ms\tStatus: error\t\
             Error Type: Runtime.ExitError\n"
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let report = Report {
            request_id: "id",
            duration: Duration::from_millis(3_000),
            memory_size: 128,
            max_memory_used: None,
            init: None,
            status: Status::Timeout,
        };
        assert_eq!(
            report.to_string(),
            "END RequestId: id\nREPORT RequestId: id\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t\
             Memory Size: 128 MB\tStatus: timeout\n"
        );
    }

    #[test]
    fn a_failed_initialisation_reads_as_recorded() {
        assert_eq!(
            init_report(
                Duration::from_micros(154_030),
                Phase::Init,
                &Status::Error("Runtime.ExitError".into())
            ),
            "INIT_REPORT Init Duration: 154.03 ms\tPhase: init\tStatus: error\tError Type: Runtime.ExitError\n"
        );
        assert_eq!(
            init_report(Duration::from_micros(9_999_790), Phase::Invoke, &Status::Timeout),
            "INIT_REPORT Init Duration: 9999.79 ms\tPhase: invoke\tStatus: timeout\n"
        );
    }

    #[test]
    fn an_end_is_reported_in_the_words_of_lambda() {
        for (status, sentence) in [
            (0, "Runtime exited without providing a reason"),
            (106 << 8, "Runtime exited with error: exit status 106"),
            (11, "Runtime exited with error: signal: segmentation fault"),
            (9, "Runtime exited with error: signal: killed"),
        ] {
            assert_eq!(exit(ExitStatus::from_raw(status)), sentence);
        }
    }
}
