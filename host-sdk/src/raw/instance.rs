//! One instance, from `create` to `destroy`.

use std::{mem::ManuallyDrop, sync::Arc};

use passerelle_abi::passerelle_plugin;

use super::{
    block::{Block, BlockBox},
    call::call,
    interfaces::Interfaces,
    table::TablePointer,
    text::{self, required},
};
use crate::{Error, Host, Level, library::Initialised};

/// An instance that was created and initialised. It ends when the last of its `Plugin`, `Worker`s and `Table`s is gone.
pub(crate) struct Instance {
    pub(super) interfaces: Interfaces,
    remains: ManuallyDrop<Remains>,
}

/// What it takes to end an instance.
struct Remains {
    plugin: *const passerelle_plugin,
    block: BlockBox,
    /// Keeps the library initialised.
    library: Arc<Initialised>,
}

// SAFETY: `plugin` is used on other threads through `[job]` and `[any]` slots only; `destroy` is one.
unsafe impl Send for Remains {}
// SAFETY: as above.
unsafe impl Sync for Remains {}

impl Instance {
    pub(crate) fn create(library: Arc<Initialised>, host: Box<dyn Host>) -> Result<Arc<Self>, Error> {
        let block = BlockBox::new(host);
        // SAFETY: the block is freed only after `destroy` has returned, or right here when there is no instance.
        let plugin = match unsafe { library.0.create(block.host()) } {
            Ok(plugin) => plugin,
            Err(error) => {
                // SAFETY: `create` failed, so the plugin keeps nothing.
                unsafe { block.free() };
                return Err(error);
            }
        };
        let remains = Remains { plugin, block, library };
        let interfaces = match remains.init() {
            Ok(interfaces) => interfaces,
            Err(error) => {
                remains.destroy();
                return Err(error);
            }
        };
        let instance = Arc::new(Self {
            interfaces,
            remains: ManuallyDrop::new(remains),
        });
        // Empty until now: set once, here.
        let _set = instance.remains.block.instance.set(Arc::downgrade(&instance));
        Ok(instance)
    }

    pub(super) fn plugin(&self) -> *const passerelle_plugin {
        self.remains.plugin
    }

    pub(super) fn block(&self) -> &Block {
        &self.remains.block
    }

    /// End a table of it.
    pub(crate) fn release(&self, table: TablePointer) {
        table.release(self.block());
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: taken once, in drop, and not used after.
        unsafe { ManuallyDrop::take(&mut self.remains) }.destroy();
    }
}

impl Remains {
    fn init(&self) -> Result<Interfaces, Error> {
        // SAFETY: what `create` gave is valid until `destroy`.
        let slots = unsafe { text::sized(self.plugin, "plugin") }?;
        let init = required(slots.init, "passerelle_plugin.init")?;
        required(slots.destroy, "passerelle_plugin.destroy")?;
        let get_interface = required(slots.get_interface, "passerelle_plugin.get_interface")?;
        // SAFETY: the instance lives, and this is the thread of its `[main]` calls from now on.
        call(|error| unsafe { init(self.plugin, error) })?;
        Interfaces::find(|id, len| {
            // SAFETY: the instance lives; the id is borrowed for the call.
            unsafe { get_interface(self.plugin, id, len) }
        })
    }

    /// An instance that refuses to end is left alone for the life of the process, with its host: freeing
    /// what it may still use would be worse than keeping it.
    fn destroy(self) {
        // SAFETY: what `create` gave is valid until `destroy`.
        let destroyed = unsafe { text::sized(self.plugin, "plugin") }
            .and_then(|slots| required(slots.destroy, "passerelle_plugin.destroy"))
            // SAFETY: nobody else has it any more.
            .and_then(|destroy| call(|error| unsafe { destroy(self.plugin, error) }));
        match destroyed {
            // SAFETY: `destroy` has returned `PASSERELLE_OK`.
            Ok(()) => unsafe { self.block.free() },
            Err(error) => {
                self.block.note(
                    Level::Error,
                    &format!("an instance could not be destroyed and is kept: {error}"),
                );
                // The library stays initialised for it.
                std::mem::forget(self.library);
            }
        }
    }
}
