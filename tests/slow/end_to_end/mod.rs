//! The whole of Portcullis on this machine: the real program, Terraform and its provider, moto, zips, AWS CLI, curl.

mod access_logs;
mod api_keys;
mod authorizers;
mod calls;
mod changes;
mod data;
mod dev;
mod documents;
mod events;
mod examples;
mod identity_data;
mod limits;
mod messages;
mod new_service;
mod other_environments;
mod other_runtimes;
mod own_resources;
mod privacy;
mod random_services;
mod renames;
mod robustness;
mod saved_plans;
mod secrets;
mod settings_of_data;
mod transcript;
mod user_pools;
