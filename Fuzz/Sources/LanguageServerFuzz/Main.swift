// Starts the fuzzing of this target's entry.
import FuzzDriver

@main
enum Main {
    static func main() { FuzzDriver.run { fuzz($0, $1) } }
}
