//! A running server: bound to a port, stopped on request; and the form of it that a test starts and drops.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::ServiceExt;
use axum::extract::Request;
use axum::serve::ListenerExt;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::app;
use crate::auth::state::AppState;
use crate::config::Config;
use crate::model::credential::Credential;

/// How long requests in flight may take once the server was told to stop.
const GRACE: Duration = Duration::from_millis(500);

/// A server that is bound and not yet serving.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: AppState,
}

impl Server {
    /// Binds the port and makes the world.
    ///
    /// # Errors
    /// What the operating system says when the address cannot be bound.
    pub async fn bind(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind((config.host, config.port)).await?;
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            address,
            app: AppState::new(config),
        })
    }

    /// The base URL of both APIs, without a trailing slash, as this machine reaches it: a server that
    /// listens on every address is found on the loopback one.
    pub fn url(&self) -> String {
        let host = match self.address.ip() {
            IpAddr::V4(host) if host.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(host) if host.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            host => host,
        };
        format!("http://{}", SocketAddr::new(host, self.address.port()))
    }

    /// Who may call.
    pub fn credentials(&self) -> Vec<Credential> {
        self.app
            .worlds
            .default()
            .step(|state, _| state.store.credentials())
    }

    /// Serves until `stop` comes, then finishes what is in flight, but for no longer than a moment.
    ///
    /// # Errors
    /// What the operating system says when it takes the port away.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
        let Self { listener, app, .. } = self;
        let service = app::service(&app);
        let (stopping, stopped) = oneshot::channel();
        let graceful = async move {
            stop.await;
            app.stopping.send_replace(true);
            // Nobody listens any more once the server has ended by itself.
            let _ = stopping.send(());
        };
        // Answers are small and the client waits for each: no delay for the sake of fuller packets.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "TCP_NODELAY");
            }
        });
        let service =
            ServiceExt::<Request>::into_make_service_with_connect_info::<SocketAddr>(service);
        let serving = axum::serve(listener, service).with_graceful_shutdown(graceful);
        tokio::select! {
            result = serving.into_future() => result,
            () = async { let _ = stopped.await; tokio::time::sleep(GRACE).await } => Ok(()),
        }
    }
}

/// A server inside the current process, on a free port of 127.0.0.1. It stops when it is dropped.
///
/// ```
/// use atlas_migration_mock::MockServer;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let mock = MockServer::start().await?;
/// let ready = reqwest::get(format!("{}/readyz", mock.url())).await.unwrap();
///
/// assert!(ready.status().is_success());
/// # Ok::<(), std::io::Error>(()) }).unwrap();
/// ```
pub struct MockServer {
    url: String,
    app: AppState,
    /// Dropping it is what stops the server.
    _stop: oneshot::Sender<()>,
}

impl MockServer {
    /// Starts a server with the default settings and the default fixture.
    ///
    /// # Errors
    /// What the operating system says when no port can be bound.
    pub async fn start() -> io::Result<Self> {
        Self::start_with(Config::default()).await
    }

    /// Starts a server with other settings. The port of the settings plays no part.
    ///
    /// # Errors
    /// What the operating system says when no port can be bound.
    pub async fn start_with(config: Config) -> io::Result<Self> {
        let server = Server::bind(Config { port: 0, ..config }).await?;
        let url = server.url();
        let app = server.app.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async move {
            // An error means that the sender was dropped, which is the signal.
            let _ = stopped.await;
        }));
        Ok(Self {
            url,
            app,
            _stop: stop,
        })
    }

    /// The base URL of both APIs, without a trailing slash.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Who may call.
    pub fn credentials(&self) -> Vec<Credential> {
        self.app
            .worlds
            .default()
            .step(|state, _| state.store.credentials())
    }

    /// The state of the world, as the text of a fixture.
    pub fn state(&self) -> String {
        // What a world holds can always be written.
        serde_json::to_string(&self.app.worlds.default().export()).unwrap_or_default()
    }

    /// What the world's clock shows.
    pub fn now(&self) -> Timestamp {
        self.app.worlds.default().now()
    }

    /// Moves the world's clock forward.
    pub fn advance(&self, by: Duration) {
        self.app
            .worlds
            .default()
            .step(|state, _| state.clock.advance(by));
    }

    /// Stops the world's clock at a time; [`advance`](Self::advance) still moves it.
    pub fn freeze(&self, at: Timestamp) {
        self.app
            .worlds
            .default()
            .step(|state, _| state.clock.freeze_at(at));
    }

    /// Makes the world what its fixture made it.
    pub fn reset(&self) {
        self.app.worlds.reset(self.app.worlds.default());
    }
}
