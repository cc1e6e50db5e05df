package dev.plinth.example

import dev.plinth.engine.api.PlinthException
import dev.plinth.engine.client.PlinthClient
import dev.plinth.engine.testkit.PlinthExtension
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import org.junit.jupiter.api.extension.RegisterExtension

class ShopTest {
    @Test
    fun `order placed twice is one order`(client: PlinthClient) {
        val shop = Shop(client)
        assertEquals(shop.place(4711), shop.place(4711))
    }

    @Test
    fun `order shipped twice is refused`(client: PlinthClient) {
        val shop = Shop(client)
        val shipped = shop.ship(shop.place(4711))
        assertEquals("shipped", shipped.metadata()["state"])
        val refused = assertThrows<PlinthException> { shop.ship(shipped) }
        assertEquals(422, refused.status())
    }

    companion object {
        @JvmField
        @RegisterExtension
        val plinth: PlinthExtension = PlinthExtension.builder().engine { it.withShop() }.build()
    }
}
