plugins {
    alias(libs.plugins.android.application)
    alias(libs.plugins.compose)
}

android {
    namespace = "dev.twinshore.app"
    compileSdk = 36
    defaultConfig {
        applicationId = providers.gradleProperty("twinshore.id").getOrElse("dev.twinshore.app")
        minSdk = 26
        targetSdk = 35
        versionCode = 1
        versionName = "0.1.0"
        testInstrumentationRunner = "androidx.test.runner.AndroidJUnitRunner"
    }
    buildFeatures {
        compose = true
    }
    buildTypes {
        release {
            isMinifyEnabled = true
            isShrinkResources = true
            proguardFiles(getDefaultProguardFile("proguard-android-optimize.txt"), "proguard-rules.pro")
        }
    }
    splits {
        abi {
            isEnable = true
            reset()
            include("arm64-v8a", "armeabi-v7a", "x86_64")
            isUniversalApk = true
        }
    }
    // What scripts/brand-android makes lies over the app's own resources.
    for (kind in listOf("debug", "release")) {
        sourceSets[kind].res.directories += "src/branded/res"
        sourceSets[kind].assets.directories += "src/branded/assets"
    }
    sourceSets["main"].kotlin.directories += "src/main/kotlin"
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_17
        targetCompatibility = JavaVersion.VERSION_17
    }
}

dependencies {
    implementation(project(":shell"))
    implementation(libs.activity.compose)
    implementation(libs.compose.ui)
    implementation(libs.core.ktx)
    implementation(libs.coroutines.android)
    implementation(libs.rustls.platform.verifier)
    implementation(libs.work)
    implementation(libs.zxing)
    implementation(variantOf(libs.jna) { artifactType("aar") })
    androidTestImplementation(libs.compose.test)
    androidTestImplementation(libs.test.runner)
    debugImplementation(libs.compose.test.manifest)
}
