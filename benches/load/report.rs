//! The measurements: a table in Markdown on stdout, and everything as JSON.

use std::fmt::{self, Display, Formatter};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::client::{Measured, Target};
use super::server::{Memory, Server};

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// One measurement of one server.
#[derive(Clone)]
pub struct Row {
    server: &'static str,
    target: &'static str,
    connections: usize,
    throughput: f64,
    p50: f64,
    p99: f64,
    wrong: u64,
    lost: u64,
    /// Processor time of the server itself for a request, in microseconds.
    cpu: f64,
    memory: Memory,
}

/// All that was measured.
pub struct Report(Vec<Value>);

impl Row {
    /// From a load in a closed loop, during which the server used `cpu`.
    pub fn new(
        server: &Server,
        target: &Target,
        connections: usize,
        measured: &Measured,
        cpu: Duration,
    ) -> Self {
        Self {
            server: server.name,
            target: target.name,
            connections,
            throughput: measured.throughput(),
            p50: measured.milliseconds(0.5),
            p99: measured.milliseconds(0.99),
            wrong: measured.wrong,
            lost: measured.lost,
            cpu: cpu.as_secs_f64() * 1e6 / measured.requests().max(1) as f64,
            memory: server.memory(),
        }
    }

    fn is_of(&self, other: &Self) -> bool {
        (self.server, self.target, self.connections) == (other.server, other.target, other.connections)
    }

    fn json(&self) -> Value {
        json!({
            "server": self.server, "route": self.target, "connections": self.connections,
            "requests_per_second": self.throughput, "p50_ms": self.p50, "p99_ms": self.p99, "wrong": self.wrong,
            "lost": self.lost, "server_cpu_us_per_request": self.cpu, "server_rss": self.memory.server,
            "functions_rss": self.memory.functions, "function_processes": self.memory.processes,
        })
    }
}

const HEAD: &str = "\
| Server | Route | Connections | Requests/s | p50 ms | p99 ms | CPU µs/request | Server MB | Functions MB | Wrong, lost |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|";

impl Display for Row {
    fn fmt(&self, formatter: &mut Formatter) -> fmt::Result {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        write!(
            formatter,
            "| {} | {} | {} | {:.0} | {:.2} | {:.2} | {:.0} | {:.0} | {:.0} ({}) | {}, {} |",
            self.server,
            self.target,
            self.connections,
            self.throughput,
            self.p50,
            self.p99,
            self.cpu,
            megabytes(self.memory.server),
            megabytes(self.memory.functions),
            self.memory.processes,
            self.wrong,
            self.lost,
        )
    }
}

impl Report {
    /// Begins with what the machine is.
    pub fn new() -> Self {
        let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
        let cores = std::thread::available_parallelism().map_or(0, usize::from);
        let (kernel, load) = (read("/proc/sys/kernel/osrelease"), read("/proc/loadavg"));
        let (kernel, load) = (kernel.trim(), load.trim());
        println!(
            "{cores} cores, Linux {kernel} on {}; load before: {load}",
            std::env::consts::ARCH
        );
        Self(vec![
            json!({"machine": {"cores": cores, "kernel": kernel, "load": load}}),
        ])
    }

    /// The rounds of each point: all as JSON, the median by throughput in the table.
    pub fn rows(&mut self, mut rows: Vec<Row>) {
        self.0.extend(rows.iter().map(Row::json));
        let throughput = |server: &str, route: &str| -> Vec<f64> {
            let of = rows
                .iter()
                .filter(|row| row.server == server && row.target == route);
            of.map(|row| row.throughput).collect()
        };
        let guarded = throughput("portcullis", "guarded");
        let times = |other: &str| {
            // Round by round: what else runs on the machine then hits both.
            let others = throughput(other, "guarded");
            let ratios = guarded.iter().zip(&others).map(|(own, other)| own / other);
            median(ratios.collect()).map_or("not measured".to_owned(), |ratio| format!("{ratio:.2}"))
        };
        println!("\nGuarded, times ministack: {}\n\n{HEAD}", times("ministack"),);
        while let Some(first) = rows.first() {
            let (mut rounds, others): (Vec<Row>, Vec<Row>) = {
                let first = first.clone();
                rows.into_iter().partition(|row| row.is_of(&first))
            };
            rounds.sort_by(|one, other| one.throughput.total_cmp(&other.throughput));
            println!("{}", rounds[rounds.len() / 2]);
            rows = others;
        }
    }

    /// A load at a fixed rate, and the gateway's own share of its calls.
    pub fn paced(&mut self, name: &str, measured: &Measured, shares: &Histogram<u64>) {
        let share = |quantile: f64| shares.value_at_quantile(quantile) as f64 / 1e6;
        let (p50, p99) = (measured.milliseconds(0.5), measured.milliseconds(0.99));
        println!(
            "{name}: {:.0} requests/s, p50 {p50:.2} ms, p99 {p99:.2} ms, {} wrong, {} lost; own share of {} calls: p50 \
             {:.3} ms, p99 {:.3} ms, p99.9 {:.3} ms",
            measured.throughput(),
            measured.wrong,
            measured.lost,
            shares.len(),
            share(0.5),
            share(0.99),
            share(0.999),
        );
        self.0.push(
            json!({"paced": name, "p50_ms": p50, "p99_ms": p99, "calls": shares.len(),
            "wrong": measured.wrong, "lost": measured.lost,
            "share_p50_ms": share(0.5), "share_p99_ms": share(0.99), "share_p999_ms": share(0.999)}),
        );
    }

    /// Memory by the number of requests.
    pub fn endurance(&mut self, measured: &Measured, memory: &[(u64, Memory)]) {
        let total = measured.requests();
        let mean = |from: u64, to: u64| {
            let within = memory
                .iter()
                .filter(|(requests, _)| (from..=to).contains(requests));
            let resident: Vec<f64> = within.map(|(_, memory)| memory.server as f64 / 1e6).collect();
            resident.iter().sum::<f64>() / resident.len().max(1) as f64
        };
        let (first, last) = (mean(0, 100_000), mean(total - 100_000, total));
        println!(
            "{total} requests in {:.0} s, {} wrong, {} lost; server {first:.1} MB over the first 100,000, {last:.1} MB \
             over the last",
            measured.took.as_secs_f64(),
            measured.wrong,
            measured.lost,
        );
        let samples: Vec<Value> = memory
            .iter()
            .map(|(requests, memory)| json!([requests, memory.server, memory.functions]))
            .collect();
        self.0.push(
            json!({"endurance": {"requests": total, "wrong": measured.wrong, "lost": measured.lost,
            "first_mb": first, "last_mb": last, "samples": samples}}),
        );
    }

    /// Writes all of it.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(&self.0)?;
        std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        eprintln!("everything is in `{}`", path.display());
        Ok(())
    }
}
