//! The command line: flags, sub-commands, exit codes. Thin; the library does the work.

mod banner;
mod clients;
mod env;
mod environment;
mod exec;
mod health;
mod http;
mod print_config;
mod serve;

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use atlas_migration_mock::{Config, ControlAccess, Fixture, IpRange, Truth};
use clap::builder::BoolishValueParser;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

/// How the program ends. The numbers are documented in the README and in `--help`.
#[derive(Clone, Copy, Debug)]
enum Exit {
    Ok,
    Failed,
    Usage,
    NotBound,
    NotReady,
    /// As the command of `exec` ended.
    Child(u8),
}

impl Exit {
    fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotBound => 3,
            Self::NotReady => 4,
            Self::Child(code) => code,
        }
    }
}

const AFTER_HELP: &str = "\
Each of these settings has a twin in the environment: ATLAS_MOCK_ and its name, such as
ATLAS_MOCK_PORT. A flag wins over its twin, a twin over the default.

Compiled-in worlds: default, linked, migrating, ready_for_cutover, expired, failing_validation.

Exit codes: 0 ended well; 1 failed while running; 2 wrong flag, environment or fixture;
3 the port could not be bound; 4 not ready in time, or nobody to ask (health, env). With exec
the code of the command.";

/// Emulates the Atlas Administration API and the Cloud Manager / Ops Manager API of a push live
/// migration, linked to each other, in memory.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve both APIs (the default command)
    Serve,
    /// Tell whether a server is ready: exit code 0 when it is, 4 when it is not
    Health {
        /// Keep asking until the server is ready or the time is over
        #[arg(long)]
        wait: bool,
        /// How long to ask, in seconds
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        timeout: u64,
    },
    /// Run a command with a server of its own, whose address and keys stand in the variables that known
    /// clients read; ends with the command's exit code
    Exec {
        /// The command and its arguments, behind --
        #[arg(required = true, trailing_var_arg = true, value_name = "COMMAND")]
        command: Vec<OsString>,
    },
    /// Print the variables that clients read, for a running server: eval "$(atlas-migration-mock env)"
    Env {
        /// One client only
        #[arg(long = "for", value_name = "CLIENT")]
        client: Option<clients::Client>,
    },
    /// Print every setting with its value and where that comes from
    PrintConfig,
    /// Print how sure the project is of each answer, as Markdown
    Fidelity,
    /// Print a completion script
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

/// The settings, the same for every command.
#[derive(Debug, Args)]
struct Settings {
    /// Address to listen on
    #[arg(long, short = 'H', env = "ATLAS_MOCK_HOST", default_value = "127.0.0.1", global = true, value_name = "ADDRESS", value_parser = host)]
    host: IpAddr,
    /// Port to listen on; 0 takes a free one
    #[arg(long, short, env = "ATLAS_MOCK_PORT", default_value_t = Config::PORT, global = true)]
    port: u16,
    /// World to start with: a compiled-in one by name, or a JSON file; default: default
    #[arg(
        long,
        short,
        env = "ATLAS_MOCK_FIXTURE",
        global = true,
        value_name = "NAME|FILE"
    )]
    fixture: Option<PathBuf>,
    /// What to answer where published pages differ from what the real service was seen to answer
    #[arg(
        long,
        env = "ATLAS_MOCK_TRUTH",
        default_value = "recorded",
        global = true
    )]
    truth: TruthName,
    /// Seed of everything random, so that runs repeat; default: another one each time
    #[arg(long, env = "ATLAS_MOCK_SEED", global = true, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Refuse version dates that were never published, instead of serving the newest version known
    #[arg(long, env = "ATLAS_MOCK_STRICT_VERSIONS", global = true, value_parser = BoolishValueParser::new())]
    strict_versions: bool,
    /// Whether requests over the documented rate limits are refused
    #[arg(
        long,
        env = "ATLAS_MOCK_RATE_LIMITS",
        value_name = "ON|OFF",
        default_value = "on",
        global = true
    )]
    rate_limits: Switch,
    /// Who may use the control API: callers on the same machine, or everybody
    #[arg(
        long,
        env = "ATLAS_MOCK_CONTROL",
        default_value = "loopback",
        global = true,
        value_name = "WHO"
    )]
    control: ControlName,
    /// Token that the control API wants of everybody, as Authorization: Bearer
    #[arg(
        long,
        env = "ATLAS_MOCK_CONTROL_TOKEN",
        global = true,
        value_name = "TOKEN",
        hide_env_values = true
    )]
    control_token: Option<String>,
    /// How many worlds may be there at once
    #[arg(
        long,
        env = "ATLAS_MOCK_MAX_WORLDS",
        default_value_t = 1000,
        global = true,
        value_name = "NUMBER"
    )]
    max_worlds: usize,
    /// How long a world may go unused, in seconds, before it makes room for another one
    #[arg(
        long,
        env = "ATLAS_MOCK_WORLD_IDLE",
        default_value_t = 3600,
        global = true,
        value_name = "SECONDS"
    )]
    world_idle: u64,
    /// Proxies whose X-Forwarded-For, -Proto and -Host are believed: addresses or CIDR blocks
    #[arg(long, env = "ATLAS_MOCK_TRUSTED_PROXIES", global = true, value_name = "ADDRESS,…", value_delimiter = ',', value_parser = ip_range)]
    trusted_proxies: Vec<IpRange>,
    /// Form of the log on standard error; auto is text on a terminal and JSON elsewhere
    #[arg(
        long,
        env = "ATLAS_MOCK_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "auto",
        global = true
    )]
    log_format: LogFormat,
    /// File to write the ready line to, once the server is ready
    #[arg(long, env = "ATLAS_MOCK_PORT_FILE", global = true, value_name = "FILE")]
    port_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum TruthName {
    /// As the real service was seen to answer
    Recorded,
    /// As published pages and the published API description say
    Documented,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ControlName {
    Loopback,
    Open,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Auto,
    Text,
    Json,
}

/// Names are not looked up, but for the one that everybody types.
fn host(text: &str) -> Result<IpAddr, String> {
    let text = if text == "localhost" {
        "127.0.0.1"
    } else {
        text
    };
    text.parse()
        .map_err(|_| "expected an IP address, such as 127.0.0.1, 0.0.0.0 or ::1".to_owned())
}

fn ip_range(text: &str) -> Result<IpRange, String> {
    text.trim()
        .parse()
        .map_err(|_| "expected IP addresses or CIDR blocks, separated by commas".to_owned())
}

/// The fixture of a name or, if there is none of this name, in a file.
fn fixture(path: &Path) -> Result<Fixture, String> {
    if let Some(named) = path.to_str().and_then(Fixture::named) {
        return Ok(named);
    }
    let name = path.display();
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("--fixture {name}: {error}"))?;
    Fixture::parse(&text).map_err(|error| format!("--fixture {name}:{error}"))
}

impl Settings {
    /// The settings of the library, with the fixture read.
    fn config(&self) -> Result<Config, String> {
        let fixture = match &self.fixture {
            None => Fixture::standard(),
            Some(path) => fixture(path)?,
        };
        Ok(Config {
            host: self.host,
            port: self.port,
            fixture,
            truth: match self.truth {
                TruthName::Recorded => Truth::Recorded,
                TruthName::Documented => Truth::Documented,
            },
            seed: self.seed,
            strict_versions: self.strict_versions,
            rate_limits: matches!(self.rate_limits, Switch::On),
            control: self.control(),
            max_worlds: self.max_worlds,
            world_idle: Duration::from_secs(self.world_idle),
            trusted_proxies: self.trusted_proxies.clone(),
        })
    }
}

impl Settings {
    fn control(&self) -> ControlAccess {
        match (&self.control_token, self.control) {
            (Some(token), _) => ControlAccess::Token(token.clone()),
            (None, ControlName::Loopback) => ControlAccess::Loopback,
            (None, ControlName::Open) => ControlAccess::Open,
        }
    }
}

/// Runs the program.
pub(crate) fn run() -> ExitCode {
    let matches = Cli::command().get_matches();
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    environment::warn_of_unknown(&Cli::command());
    ExitCode::from(command(&cli, &matches).code())
}

fn command(cli: &Cli, matches: &ArgMatches) -> Exit {
    match cli.command.as_ref().unwrap_or(&Command::Serve) {
        Command::Serve => serve::serve(&cli.settings),
        Command::Health { wait, timeout } => {
            health::health(&cli.settings, wait.then_some(Duration::from_secs(*timeout)))
        }
        Command::Exec { command } => exec::exec(&cli.settings, command),
        Command::Env { client } => env::env(&cli.settings, *client),
        Command::PrintConfig => print_config::print_config(&Cli::command(), matches),
        Command::Fidelity => print(&atlas_migration_mock::fidelity_report()),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(
                *shell,
                &mut Cli::command(),
                "atlas-migration-mock",
                &mut script,
            );
            print(&String::from_utf8_lossy(&script))
        }
    }
}

/// Tells what went wrong, and how the program ends for it.
fn fail(message: &str, exit: Exit) -> Exit {
    eprintln!("error: {message}");
    exit
}

fn runtime() -> Result<tokio::runtime::Runtime, Exit> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| fail(&format!("no runtime: {error}"), Exit::Failed))
}

/// A text as a word of the shell: bare where that is safe, else in quotes.
fn shell_word(text: &str) -> String {
    let safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+/:".contains(&byte);
    if !text.is_empty() && text.bytes().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Writes requested data to standard output. A reader that went away is no fault of ours.
fn print(text: &str) -> Exit {
    use std::io::Write;
    let written = std::io::stdout().write_all(text.as_bytes());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Exit::Failed,
        _ => Exit::Ok,
    }
}
