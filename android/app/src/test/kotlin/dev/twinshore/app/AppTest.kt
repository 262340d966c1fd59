package dev.twinshore.app

import androidx.compose.ui.test.junit4.createAndroidComposeRule
import dev.twinshore.shell.Hands
import org.junit.Rule
import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config

/** What happens in the whole app, on a phone with its Activity in front; [TestApplication] unless a test has one of its own. */
@RunWith(RobolectricTestRunner::class)
@Config(application = TestApplication::class, qualifiers = "w412dp-h860dp-xhdpi")
abstract class AppTest {
    @get:Rule
    val rule = createAndroidComposeRule<MainActivity>()

    protected val hands = Hands(rule)
}
