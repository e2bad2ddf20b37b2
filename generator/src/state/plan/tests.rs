use serde_json::Value;
use super::*;
#[test]
fn dump() {
    let text = std::fs::read_to_string(std::env::var("PLAN").unwrap()).unwrap();
    let plan = Plan::parse(&text).unwrap();
    for u in &plan.unknown { println!("{u:?}"); }
    println!("{:?} {:?}", plan.root, plan.provisioners);
    for r in &plan.resources {
        if let Value::Object(m) = &r.values { for (k, v) in m { if v.to_string().contains("${") { println!("{} {k} {v}", r.address); } } }
    }
}
