pluginManagement {
    repositories {
        google()
        mavenCentral()
        gradlePluginPortal()
    }
}

dependencyResolutionManagement {
    repositoriesMode = RepositoriesMode.FAIL_ON_PROJECT_REPOS
    repositories {
        google()
        mavenCentral()
        // The Java half of what judges certificates in the core; rustls gives it out here only.
        maven("https://github.com/rustls/rustls-platform-verifier/raw/maven-archive/android-release-support/maven/") {
            content { includeGroup("org.rustls") }
        }
    }
    // The same versions that pom.xml and libraries/ test with.
    versionCatalogs {
        create("libs") {
            version("agp", "9.0.0")
            version("kotlin", "2.4.21")
            version("coroutines", "1.9.0")
            version("compose", "1.12.1")
            plugin("android-application", "com.android.application").versionRef("agp")
            plugin("android-library", "com.android.library").versionRef("agp")
            plugin("kotlin-jvm", "org.jetbrains.kotlin.jvm").versionRef("kotlin")
            plugin("compose", "org.jetbrains.kotlin.plugin.compose").versionRef("kotlin")
            library("coroutines-core", "org.jetbrains.kotlinx", "kotlinx-coroutines-core").versionRef("coroutines")
            library("coroutines-android", "org.jetbrains.kotlinx", "kotlinx-coroutines-android").versionRef("coroutines")
            library("jna", "net.java.dev.jna", "jna").version("5.19.1")
            library("activity-compose", "androidx.activity", "activity-compose").version("1.13.0")
            library("compose-foundation", "androidx.compose.foundation", "foundation").versionRef("compose")
            library("compose-ui", "androidx.compose.ui", "ui").versionRef("compose")
            library("core-ktx", "androidx.core", "core-ktx").version("1.18.0")
            // The version of rustls-platform-verifier-android in Cargo.lock; a test compares them.
            library("rustls-platform-verifier", "org.rustls", "rustls-platform-verifier").version("0.2.0")
            library("work", "androidx.work", "work-runtime").version("2.11.2")
            library("zxing", "com.google.zxing", "core").version("3.5.3")
            library("compose-test", "androidx.compose.ui", "ui-test-junit4").versionRef("compose")
            library("compose-test-manifest", "androidx.compose.ui", "ui-test-manifest").versionRef("compose")
            library("test-runner", "androidx.test", "runner").version("1.7.0")
            library("material3", "androidx.compose.material3", "material3").version("1.4.0")
        }
    }
}

rootProject.name = "twinshore"
include(":core", ":shell", ":app")
