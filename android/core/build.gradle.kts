plugins {
    alias(libs.plugins.kotlin.jvm)
}

kotlin {
    jvmToolchain(17)
    // scripts/bindings makes it.
    sourceSets.main { kotlin.srcDir("../generated") }
}

dependencies {
    api(libs.coroutines.core)
    // The app brings the one for Android.
    compileOnly(libs.jna)
}
