module handshake

go 1.20

require github.com/mongodb-forks/digest v1.1.0
