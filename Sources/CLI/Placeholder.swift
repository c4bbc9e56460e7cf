import ArgumentParser
import GRDB
import JWTKit
import NIOSSL
import NIOHTTP1
import Yams
@main struct X { static func main() { print("hi") } }
