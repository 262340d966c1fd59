// swift-tools-version:6.0
import PackageDescription

// The Rust library: where cargo puts it for this machine, or another folder for another build of it.
let library = Context.environment["TWINSHORE_LIBRARY_FOLDER"] ?? Context.packageDirectory + "/../target/debug"

let package = Package(
    name: "Twinshore",
    platforms: [.iOS(.v17), .macOS(.v14)],
    products: [
        .library(name: "TwinshoreModel", targets: ["TwinshoreModel"])
    ],
    targets: [
        // Both folders are written by scripts/bindings.
        .systemLibrary(name: "TwinshoreFFI", path: "Generated/TwinshoreFFI"),
        .target(
            name: "Twinshore",
            dependencies: ["TwinshoreFFI"],
            path: "Generated/Twinshore",
            linkerSettings: [
                .unsafeFlags(["-L\(library)", "-Xlinker", "-rpath", "-Xlinker", library]),
                .linkedLibrary("twinshore"),
            ]
        ),
        .target(
            name: "TwinshoreModel",
            dependencies: ["Twinshore"],
            swiftSettings: [.swiftLanguageMode(.v6)],
            // Swift 6.0 for Linux forgot a function that its Observation library would call on its way to a crash.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--allow-shlib-undefined"], .when(platforms: [.linux]))]
        ),
        .testTarget(
            name: "TwinshoreModelTests",
            dependencies: ["TwinshoreModel", "Twinshore"],
            swiftSettings: [.swiftLanguageMode(.v6)]
        ),
    ],
    // Of what is written for us, bindings and SwiftPM's list of tests; what we write says Swift 6.
    swiftLanguageModes: [.v5]
)
